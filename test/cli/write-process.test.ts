import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { listTextModels } from "../../src/text/index.js";
import { killed, spawned, temporaryFolder } from "./helpers.js";
import { programChecks, realChecks } from "./program.js";

const place = temporaryFolder();
const { path } = place;
writeFileSync(path("prompts.jsonl"), '{"prompt": "Why?"}\n'.repeat(50));

describe("foretoken write", () => {
  programChecks({
    command: "write",
    place,
    help: [
      ...[
        "Usage: foretoken write",
        "Prompt:",
        "Answer (",
        "Model:",
        "Sampling:",
        "Speculation:",
        "Examples:",
      ],
      ...["default: smollm2", "suffix (", "may be given several times", "\\n is a line end"],
    ],
    light: [
      ["write", "Why?", "--top-p", "9"],
      ["write", ""],
      ["write", "Why?", "--logprobs", "2"],
      ["write", "Why?", "-o", "x.pdf"],
      ["chat", "--help"],
      ["datastore", "build", "a.txt"],
    ],
    unloaded:
      /onnxruntime|sharp\/|huggingface|zod|dist\/speech\/(?!names)|dist\/image\/(?!names)|dist\/text\/(?!names)/,
    streaming: ["Why?"],
    stop: (signal) => ({
      argv: ["-f", path("prompts.jsonl"), "-o", path(`${signal}.jsonl`)],
      env: { FAKE_PAUSE: "20" },
      begun: () => existsSync(path(`${signal}.jsonl`)) && readFileSync(path(`${signal}.jsonl`)).length > 0,
      left(names) {
        expect(names).toEqual([`${signal}.jsonl`]);
        const lines = readFileSync(path(`${signal}.jsonl`), "utf8")
          .trimEnd()
          .split("\n");
        for (const line of lines) expect(JSON.parse(line)).toMatchObject({ tokens: 40 });
      },
    }),
  });

  it("ends quietly when its reader has had enough, and on Ctrl-C while it writes", async () => {
    const env = { FAKE_PAUSE: "20" };
    const closed = await spawned("fake", ["write", "Why?"], {
      env,
      during: (child) => child.stdout?.once("data", () => child.stdout?.destroy()),
    });
    expect([closed.code, closed.err]).toEqual([0, ""]);
    let begun = false;
    const interrupted = await spawned("fake", ["write", "Why?"], {
      env,
      during(child) {
        child.stdout?.once("data", () => {
          begun = true;
        });
        killed("SIGINT", () => begun)(child);
      },
    });
    expect([interrupted.code, interrupted.err]).toEqual([130, ""]);
    expect(interrupted.out.length).toBeLessThan(40);
  });
});

describe.skipIf(!listTextModels().includes("smollm2"))("with the model smollm2", () => {
  realChecks("write", ["Name three colours.", "--max-tokens", "40"], { tokens: 40 });

  it("writes what follows", async () => {
    const argv = ["write", "--raw", "The capital of France is", "--max-tokens", "1"];
    const { code, out, err } = await spawned("cli", argv);
    expect([code, out.toString()]).toEqual([0, " Paris\n"]);
    expect(err).toMatch(
      /^1 token in [\d.]+ s \(\d+ a second\), 1\.00 tokens a pass, cut off after 1 token\n$/,
    );
  }, 60_000);
});

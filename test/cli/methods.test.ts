import { describe, expect, it } from "vitest";
import * as text from "../../src/text/index.js";
import { modelFolder } from "../text/folder.js";
import { badInputChecks } from "./bad-input.js";
import { cli, fakeText, spawned, temporaryFolder } from "./helpers.js";
import { TRACED } from "./program.js";

const place = temporaryFolder();
const toy = modelFolder(place.path("toy"));

/** What it says, spaces as one. */
async function said(argv: readonly string[], around = {}) {
  const { code, out, err } = await cli(["methods", ...argv], around);
  expect([code, err]).toEqual([0, ""]);
  return out.toString().replace(/ +/g, " ");
}

describe("foretoken methods", () => {
  it("lists methods by family, a line for each of their names, and what each needs", async () => {
    const lines = (await said([])).split("\n");
    expect(lines).toContain("Independent drafting: guesses are looked up");
    expect(lines).toContain(" Prompt lookup (PLD) text, speech, image lookup needs nothing");
    expect(lines).toContain(" REST text rest a datastore, which you make");
    expect(lines).toContain(" N-gram table text ngrams a table (does not come with smollm2)");
    expect(lines).toContain(" BiTA not here");
    expect(lines).toContain(" Lenience text, image lenient relaxed, within a bound that you choose");
    expect(lines).toContain(" Seq-KD models/training/align");
  });

  it("lists those of a medium, for a model of it", async () => {
    const shown = await said(["--medium", "text", "--model", toy], { text });
    expect(shown).toContain("N-gram table text ngrams a table (does not come with toy)");
    expect(shown).not.toMatch(/speech|image|video|BiTA|Alignment/);
  });

  it("tells all of one: by its name, part of it, or the name of a drafter or a verifier", async () => {
    const shown = await said(["medusa"]);
    expect(shown).toMatch(/^Blockwise decoding \(Stern et al\. 2018\)\nSelf-drafting: heads/);
    expect(shown).toContain("\nMedusa (Cai et al. 2024)\n");
    expect(shown).toContain(
      " reported 2.2x-2.3x (Vicuna 7B-13B); 1.44x on Spec-Bench (Vicuna-7B, RTX 3090)\n",
    );
    expect(shown).toMatch(/foretoken write --drafter medusa weights \(does not come with smollm2\): models/);
    expect(await said(["token", "recycling"])).toMatch(/^Token Recycling \(Luo/);
    expect(await said(["KD"])).not.toContain("Seq-KD");
    expect(await said(["lenient"])).toContain("foretoken draw --verifier lenient relaxed");
    expect(await said(["pld", "--medium", "text"])).not.toContain("foretoken draw");
  });

  it("gives the same as JSON", async () => {
    const { models, methods } = JSON.parse(await said(["--json"]));
    expect(models.text).toEqual({ name: "smollm2", version: "1.0.0" });
    const byName = (wanted: string) => methods.find(({ name }: { name: string }) => name === wanted);
    expect(byName("REST").drafters).toEqual([
      {
        ...{ medium: "text", name: "rest", model: "smollm2", needs: "a datastore", ready: false, bytes: 0 },
        get: expect.stringContaining("foretoken datastore build"),
      },
    ]);
    expect(byName("Block verification").verifiers).toHaveLength(4);
    expect(byName("SpS")).toMatchObject({
      family: "model",
      specBench: 1.79,
      reported: { speedup: "1.9x-2.5x" },
    });
  });

  it("says of which media no model is installed", async () => {
    const none = { ...fakeText(), listTextModels: () => [] };
    const shown = await said([], { text: none });
    expect(shown).toContain("Token Recycling text recycling no model of text is installed");
    expect(shown).toContain(
      "Prompt lookup (PLD) text lookup no model of text is installed\n speech, image lookup",
    );
  });

  it("loads nothing that runs models", async () => {
    const { code, out, err } = await spawned("cli", ["methods"], { env: TRACED });
    expect([code, out.toString()]).toEqual([0, expect.stringContaining("EAGLE")]);
    expect(err).toContain("commander");
    expect(err).not.toMatch(/onnxruntime|sharp\/|phonemizer|fluent-ffmpeg/);
  });
});

describe("bad input", () => {
  badInputChecks("methods", place, [
    ["an unknown method", ["medusaa"], 2, /no method "medusaa": did you mean Medusa\? choose one of SpS, /],
    ["an unknown medium", ["--medium", "tex"], 2, /Did you mean text\? Choose one of text, speech/],
    [
      "a model of no medium",
      ["--model", "smollm2"],
      2,
      /--model needs --medium: of which medium is smollm2\?/,
    ],
    ["an unknown model", ["--medium", "text", "--model", "smolm2"], 2, /did you mean smollm2\?/],
    ["a method that the medium lacks", ["eagle", "--medium", "video"], 2, /video has no such method/],
  ]);
});

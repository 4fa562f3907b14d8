import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { beforeAll, expect, it } from "vitest";
import type { Command } from "./command.js";
import { type Around, cli, type Place } from "./helpers.js";

export type BadInput = [
  what: string,
  argv: readonly string[],
  code: number,
  message: RegExp,
  stdin?: string | Buffer,
];

/** Each is told in a line at the end, and leaves nothing: no file whose name begins with x. */
export function badInputChecks(
  command: string,
  { named }: Place,
  inputs: readonly BadInput[],
  around?: Pick<Around, "env" | "text">,
): void {
  it.each(inputs)("%s", async (_, argv, expected, message, stdin) => {
    const { code, out, err } = await cli([command, ...argv], { ...around, stdin });
    expect(err).toMatch(message);
    expect([code, out.length]).toEqual([expected, 0]);
    expect(err.trim().split("\n").at(-1)).toMatch(/^foretoken: /);
    expect(named("").filter((name) => name.startsWith("x") || name.includes(".part"))).toEqual([]);
  });
}

export interface BadPrompts extends Command {
  /** "image" */
  readonly kind: string;
  /** A word that is known, a model, and a name that is nearly its. */
  readonly near: string;
  readonly model: string;
  readonly misspelt: string;
}

/** Makes good.json, tokens, and others that are none of its model's. */
export function badPromptChecks(
  { command, place, ending, kind, near, model, misspelt }: BadPrompts,
  more: readonly BadInput[],
  env?: NodeJS.ProcessEnv,
): void {
  const { path } = place;
  const out = ["-o", path(`x.${ending}`)];
  const many = Array.from({ length: 10_000 }, (_, i) => `word${i}`).join(" ");
  const from = (name: string) => ["--from-tokens", path(`${name}.json`), ...out];
  const unknown = `^foretoken: no word of "zzyzx" is known; near ones: ${near}\n$`;
  const twice = new RegExp(`given twice, .*x\\.${ending} and .*y\\.${ending}: one call writes one`);

  beforeAll(async () => {
    await cli([command, "cat", "-q", "-o", path(`good.${ending}`), "--tokens", path("good.json")]);
    const good = JSON.parse(readFileSync(path("good.json"), "utf8"));
    const others = { other: { ...good, model: "old" }, gone: { ...good, model: "gone" }, odd: { a: 1 } };
    for (const [name, value] of Object.entries(others))
      writeFileSync(path(`${name}.json`), JSON.stringify(value));
  });

  badInputChecks(
    command,
    place,
    [
      ["only control characters", ["\u0007\u001b[31m", ...out], 2, /the prompt is empty/],
      ["empty standard input", out, 2, /standard input: the prompt is empty/],
      ["no known word", ["zzyzx", ...out], 2, new RegExp(unknown)],
      ["none in several", out, 2, /line 2 is skipped.*\nforetoken: no word of "zza" is known/, "zza\nzzb\n"],
      ["10,000 words", [many, ...out], 2, /the prompt has 10,000 words: a dozen words count/],
      ["a prompt twice", ["cat", "-f", path("p.txt"), ...out], 2, /text was given twice/],
      ["a missing file", ["-f", path("no.txt"), ...out], 1, /no\.txt: there is no such file/],
      ["two outputs", ["cat", ...out, "-o", path(`y.${ending}`)], 2, twice],
      ["an unknown style", ["cat", "--style", "oil", ...out], 2, /there is no style oil/],
      [
        "an unknown model",
        ["cat", "--model", misspelt, ...out],
        2,
        new RegExp(`no model ${misspelt}: did you mean ${model}\\? choose one of`),
      ],
      [
        "a missing model folder",
        ["cat", "--model", "./none", ...out],
        2,
        /there is no model folder \.\/none/,
      ],
      ["an unknown drafter", ["cat", "--drafter", "jacoby", ...out], 2, /Did you mean jacobi\?/],
      [
        "a missing folder",
        ["cat", "-o", path(`no/x.${ending}`)],
        1,
        /there is no folder .*no; make it first/,
      ],
      ["a device as output", ["cat", "-o", "/dev/null"], 2, /has no extension/],
      ["tokens on standard output", ["cat", ...out, "--tokens", "-"], 2, /--tokens needs a file/],
      ["no size", ["cat", "--size", "0", ...out], 2, /Give pixels from 16 to 4096: 512 for a square/],
      [
        "too small a size",
        ["cat", "--size", "8", ...out],
        2,
        /Give pixels from 16 to 4096: 512 for a square/,
      ],
      ["half a size", ["cat", "--size", "64x", ...out], 2, /Give pixels from 16/],
      ["too many", ["cat", "-n", "101", ...out], 2, /Give a whole number from 1 to 100/],
      ["a prompt for tokens", ["cat", ...from("good")], 2, /--from-tokens takes no prompt/],
      ["tokens that are none", from("odd"), 1, new RegExp(`odd\\.json holds no ${kind} tokens`)],
      ["tokens of a missing model", from("gone"), 2, /there is no model gone/],
      ["tokens of another model", [...from("other"), "--model", model], 2, /tokens of the model "old"/],
      ...more,
    ],
    { env },
  );

  it("is told what -o is for where a device or a folder stands in the place", async () => {
    symlinkSync("/dev/null", path(`null.${ending}`));
    const { code, err } = await cli([command, "cat", "-o", path(`null.${ending}`)]);
    expect([code, err]).toEqual([1, expect.stringContaining("it is not a regular file; use -o - > ")]);
    mkdirSync(path(`sub.${ending}`));
    const onFolder = await cli([command, "cat", "-o", path(`sub.${ending}`)]);
    expect(onFolder.err).toMatch(/it is a folder; name a file in it\n$/);
  });

  it("asks for a prompt when there is none and nobody pipes any in", async () => {
    const { code, err } = await cli([command, ...out], { terminal: ["stdin"] });
    const asked = `there is no prompt: foretoken ${command} "a red`;
    expect([code, err]).toEqual([2, expect.stringContaining(asked)]);
  });
}

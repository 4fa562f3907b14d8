import { existsSync, writeFileSync } from "node:fs";
import { expect, it } from "vitest";
import type { FakeOptions } from "./fakes/shared.js";
import { type Around, cli, type Place, stopped } from "./helpers.js";

/** A command that makes something of words, over fakes: what the suites need to know of it. */
export interface Command {
  readonly command: string;
  readonly place: Place;
  /** Something to be made, and the extension of its file. */
  readonly words: readonly string[];
  readonly ending: string;
}

export interface CommandUnderTest extends Command {
  readonly fake: (options: FakeOptions) => Around;
  /** What is said of `words`, a text or a matcher, and what is known of their file. */
  readonly line: unknown;
  readonly written: (path: string) => unknown;
  /** Options that send `words` to standard output, what is known of what comes, and of the figures. */
  readonly stream: {
    readonly options: readonly (readonly string[])[];
    readonly seen: (out: Buffer) => unknown;
    readonly json: object;
    /** Whether a terminal may show it. */
    readonly isText?: boolean;
  };
  /** A run, what its table holds, and what it says as JSON with further options. */
  readonly figures: {
    readonly argv: readonly string[];
    readonly stats: readonly string[];
    readonly json: readonly (readonly [options: readonly string[], json: object])[];
  };
  /** A run of several, what is shown of them, and what is not where nobody looks. */
  readonly progress: { readonly argv: readonly string[]; readonly shown: string; readonly never: string };
  readonly compare: {
    readonly words: readonly string[];
    readonly text: readonly string[];
    readonly json: object;
    /** What differs where guesses matter, and options with which it may. */
    readonly noun: string;
    readonly loose: readonly string[];
  };
  /** Outputs by a name that they all have, a run that takes long, and further ones. */
  readonly stop: {
    readonly outputs: (name: string) => readonly string[];
    readonly slow: readonly [words: readonly string[], around: Around];
    readonly more?: readonly (readonly [words: readonly string[], around: Around])[];
  };
}

/** What every command does alike, in this process. */
export function commandChecks(under: CommandUnderTest): void {
  const { command, place, words, ending, fake, line, written, stream, figures, progress, compare, stop } =
    under;
  const { path, named } = place;
  const run = (argv: readonly string[], around?: Around) => cli([command, ...argv], around);

  it("writes a file and one line about it, or keeps quiet", async () => {
    const file = path(`one.${ending}`);
    const { code, out, err } = await run([...words, "-o", file]);
    expect([code, out.length, err]).toEqual([0, 0, line]);
    await written(file);
    expect(await run([...words, "-q", "-o", path(`quiet.${ending}`)])).toMatchObject({ code: 0, err: "" });
  });

  it("writes to standard output, save what a terminal cannot show", async () => {
    for (const option of stream.options) {
      const { code, out } = await run([...words, ...option]);
      expect(code).toBe(0);
      await stream.seen(out);
    }
    const [option] = stream.options;
    const shown = await run([...words, ...option], { terminal: ["stdout"] });
    if (stream.isText) await stream.seen(shown.out);
    else expect([shown.code, shown.err]).toEqual([2, expect.stringContaining("garble the terminal")]);
    const json = await run([...words, ...option, "--json"]);
    expect(JSON.parse(json.err)).toMatchObject(stream.json);
    await stream.seen(json.out);
  });

  it("prints figures", async () => {
    const { err } = await run([...figures.argv, "--stats"]);
    for (const text of figures.stats) expect(err).toContain(text);
    for (const [options, expected] of figures.json) {
      const { out } = await run([...figures.argv, ...options, "--json"]);
      expect(JSON.parse(out.toString())).toMatchObject(expected);
    }
  });

  it("shows progress on a terminal only", async () => {
    const argv = [...progress.argv, "-o", path(`progress.${ending}`)];
    expect((await run(argv, { terminal: ["stderr"] })).err).toContain(progress.shown);
    expect((await run(argv)).err).not.toContain(progress.never);
    expect((await run([...argv, "-q"], { terminal: ["stderr"] })).err).toBe("");
  });

  it("compares", async () => {
    const argv = [...compare.words, "--compare"];
    const { code, out } = await run(argv);
    expect([code, out.toString()]).toEqual([0, `${compare.text.join("\n")}\n`]);
    const file = path(`compared.${ending}`);
    const json = await run([...argv, "--json", "-o", file]);
    expect(JSON.parse(json.out.toString())).toMatchObject({ same: true, ...compare.json });
    expect(existsSync(file)).toBe(true);
  });

  it("fails a comparison that differs, if the verifier promised that it would not", async () => {
    const argv = [...compare.words, "--compare"];
    const { code, out, err } = await run(argv, fake({ differs: true }));
    expect([code, err]).toEqual([1, expect.stringContaining(`foretoken: the ${compare.noun} differ`)]);
    expect(out.toString()).toContain("not the same both ways");
    expect((await run([...argv, ...compare.loose], fake({ differs: true }))).code).toBe(0);
  });

  it("ends on Ctrl-C, whatever it is at, and leaves nothing", async () => {
    const cases = [[words, fake({ load: 5000 })] as const, stop.slow, ...(stop.more ?? [])];
    for (const [i, [said, around]] of cases.entries()) {
      const code = i % 2 ? 143 : 130;
      const signal = stopped(150, code);
      const result = await run([...said, ...stop.outputs(`stop${i}`)], { ...around, signal });
      expect(result).toMatchObject({ code, err: "" });
      expect(named("stop")).toEqual([]);
    }
  });
}

export interface PromptCommand extends Command {
  readonly fake: CommandUnderTest["fake"];
  /** "pictures" */
  readonly plural: string;
}

/** What commands that take prompts and number their files do alike. */
export function promptChecks({ command, place, words, ending, plural, fake }: PromptCommand): void {
  const { path, named } = place;

  it("takes prompts from a file, one a line, and passes over those with nothing to make", async () => {
    writeFileSync(path("prompts.txt"), "\uFEFFred  cat\r\n\nzzyzx\nblue\u001b[1m dog zzy\n");
    const argv = [command, "-f", path("prompts.txt"), "-o", path(`listed.${ending}`)];
    const { code, err } = await cli(argv);
    const skipped = 'foretoken: line 3 is skipped: no word of "zzyzx" is known.*';
    const noted = 'foretoken: line 4: "zzy" is left out';
    expect([code, err]).toEqual([0, expect.stringMatching(`^${skipped}\n${noted}\n2 ${plural}`)]);
    expect(named("listed")).toEqual([`listed-1.${ending}`, `listed-4.${ending}`]);
  });

  it("lists styles", async () => {
    const { code, out } = await cli([command, "--list-styles"]);
    const styles = "fluent-emoji-flat  also flat\nnoto               the default\n";
    expect([code, out.toString()]).toEqual([0, styles]);
  });

  it("keeps what is finished on Ctrl-C, and nothing else", async () => {
    const signal = stopped(() => existsSync(path(`many-1.${ending}`)));
    const argv = [command, ...words, "-n", "9", "-o", path(`many.${ending}`)];
    expect((await cli(argv, { ...fake({ pause: 1 }), signal })).code).toBe(130);
    expect(named("many")[0]).toBe(`many-1.${ending}`);
    const whole = new RegExp(`^many-\\d\\.${ending}$`);
    expect(named("many").every((name) => whole.test(name))).toBe(true);
  });
}

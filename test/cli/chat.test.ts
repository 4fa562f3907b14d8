import { Readable } from "node:stream";
import { describe, expect, it } from "vitest";
import { run } from "../../src/cli/program.js";
import type { Message } from "../../src/text/index.js";
import { badInputChecks } from "./bad-input.js";
import { type FakeTextOptions, watchText } from "./fakes/text.js";
import { type Around, cli, fakeHost, fakeText, killed, spawned, temporaryFolder } from "./helpers.js";

const place = temporaryFolder();

/** What comes of lines that are piped in, and what is asked of the library. */
async function piped(lines: readonly string[], argv: readonly string[] = [], options: FakeTextOptions = {}) {
  const seen = watchText();
  const stdin = lines.map((line) => `${line}\n`).join("");
  const { code, out, err } = await cli(["chat", ...argv], { stdin, text: fakeText({ seen, ...options }) });
  return { code, out: out.toString(), err, seen };
}

const contents = (prompt: string | readonly Message[]) =>
  (prompt as readonly Message[]).map(({ role, content }) => `${role}: ${content}`);

/** A terminal at which somebody types. */
function typed(argv: readonly string[] = [], around: Around = {}) {
  const stdin = new Readable({ read() {} });
  const { host, out, err } = fakeHost({ terminal: ["stdin", "stdout", "stderr"], stdin, ...around });
  const ended = run(["chat", ...argv], host);
  return {
    type: (keys: string) => void stdin.push(keys),
    /** Waits until standard output, or standard error, says something. */
    async until(what: RegExp): Promise<void> {
      for (let i = 0; !what.test(`${out()}`) && !what.test(err()); i++) {
        if (i > 500) throw new Error(`${what} never came: ${out()} ${err()}`);
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
    },
    ended,
    out: () => out().toString(),
    err,
  };
}

const CTRL_C = "\u0003";
const CTRL_D = "\u0004";

describe("foretoken chat, piped", () => {
  it("answers line by line, on standard output, and keeps the conversation", async () => {
    const { code, out, err, seen } = await piped(["Hi.", "", "  Who are you?"]);
    expect([code, out]).toEqual([0, expect.stringMatching(/^.{40}\n.{40}\n$/)]);
    expect(err).toMatch(/^(\[40 tokens in 0\.01 s \(3200 a second\), 4\.00 tokens a pass, complete\]\n){2}$/);
    const [first] = out.split("\n");
    expect(contents(seen.prompts[0])).toEqual(["user: Hi."]);
    expect(contents(seen.prompts[1])).toEqual(["user: Hi.", `assistant: ${first}`, "user:   Who are you?"]);
    expect(seen.options.map(({ stream }) => stream)).toEqual([0, 1]);
  });

  it("takes a first message, and keeps quiet", async () => {
    const { out, err, seen } = await piped(["And you?"], ["How", "are", "you?", "-q"]);
    expect([out.length, err]).toEqual([82, ""]);
    expect(contents(seen.prompts[0])).toEqual(["user: How are you?"]);
  });

  it("obeys commands, from the next answer on", async () => {
    const lines = [
      "/seed 7",
      "/temperature 0.5",
      "/drafter suffix",
      "/system Be brief.",
      "Hi.",
      "/reset",
      "Ho.",
    ];
    const { err, seen } = await piped(lines, ["--max-tokens", "8", "--plain"]);
    expect(err).toMatch(/cut off after 8 tokens\]\nforgotten\n/);
    expect(seen.options[0]).toMatchObject({
      ...{ seed: 7, drafter: "suffix", system: "Be brief.", maxTokens: 8, stream: 0, truncate: true },
      sampling: { temperature: 0.5 },
    });
    expect(contents(seen.prompts[1])).toEqual(["user: Ho."]);
    expect(seen.options[1].stream).toBe(0);
  });

  it("says what is set, what there is, and how it went", async () => {
    const told = async (...lines: string[]) => (await piped(lines, ["-q"])).err;
    expect(await told("/seed", "/temperature", "/system")).toBe(
      "the seed is 0\nthe temperature is 0\nthe model's own\n",
    );
    expect(await told("/drafter")).toMatch(
      /^auto .*\nlookup +\* +what followed.*\nsuffix .*\nnone +no guesses\n$/s,
    );
    expect(await told("/drafter spans", "/drafter")).toMatch(/\nspans +\* /);
    expect(await told("/help")).toMatch(/^\/help .*\/compare .*\/drafter NAME .*\/exit /s);
    expect(await told("Hi.", "Ho.", "/stats")).toMatch(/smollm2 1\.0\.0.*\n.*\n.*\ntokens +80 +in 2 answers/);
    const { out, err } = await piped(["/exit", "Hi."]);
    expect([out, err]).toEqual(["", ""]);
  });

  it("compares the last answer, as if nothing had been answered before", async () => {
    const { out, err, seen } = await piped(["Hi.", "Ho.", "/compare", "He."], ["-q"]);
    expect(out.split("\n")).toHaveLength(4);
    expect(err).toBe(
      "plain        0.050 s  1.00 tokens a pass\nspeculative  0.013 s  4.00 tokens a pass\nratio          4.00x  40 tokens, the same both ways\n",
    );
    expect(seen.prompts.slice(2, 6)).toEqual(Array(4).fill(seen.prompts[1]));
    expect([seen.options[2].drafter, seen.options[3].drafter, seen.forgotten]).toEqual([
      "none",
      undefined,
      4,
    ]);
    expect(contents(seen.prompts[6])).toHaveLength(5);
    const differs = await piped(["Hi.", "/compare", "Ho."], ["-q"], { differs: true });
    expect(differs.err).toMatch(/^foretoken: the tokens differ with and without guesses.*\n$/);
    expect([differs.code, differs.out.length]).toEqual([0, 82]);
  });

  it("goes on behind what cannot be", async () => {
    const wrong: [string, RegExp][] = [
      [
        "/hepl",
        /there is no command \/hepl: did you mean \/help\? choose one of .*put a space before a message/,
      ],
      ["/", /there is no command \/: /],
      ["/drafter sufix", /there is no drafter "sufix": did you mean suffix\?/],
      ["/drafter rest", /the drafter "rest" needs a datastore/],
      ["/seed 1.5", /\/seed 1\.5: Give a whole number, 0 or more\./],
      ["/temperature hot", /\/temperature hot: Give a number from 0 to 100\./],
      ["/compare", /there is nothing to compare yet/],
      ["/stats", /there are no figures yet/],
    ];
    const { code, out, err, seen } = await piped(
      [...wrong.map(([line]) => line), " /etc is a folder."],
      ["-q"],
    );
    const told = err.trimEnd().split("\n");
    expect([code, out.length, told.length]).toEqual([0, 41, wrong.length]);
    for (const [i, [, message]] of wrong.entries()) expect(told[i]).toMatch(message);
    for (const line of told) expect(line).toMatch(/^foretoken: /);
    expect(seen.options[0].drafter).toBeUndefined();
    expect(contents(seen.prompts[0])).toEqual(["user:  /etc is a folder."]);
    const plain = await piped(["Hi.", "/compare"], ["-q", "--plain"]);
    expect(plain.err).toMatch(/nobody guesses now, so there is nothing to compare/);
  });

  it("goes on behind an answer that fails, without the message", async () => {
    const { code, out, err, seen } = await piped(["Hi.", "Ho."], ["-q"], { breaks: 8 });
    expect([code, err]).toEqual([0, "foretoken: the model broke\n".repeat(2)]);
    expect(out).toMatch(/^.{8}\n.{8}\n$/);
    expect(contents(seen.prompts[1])).toEqual(["user: Ho."]);
  });

  it("leaves out the oldest turns where there is no more room, several at once", async () => {
    const line = (word: string) => `${word} `.repeat(30).trim();
    const said = ["a", "b", "c", "d", "e", "f"].map(line);
    const { err, seen } = await piped(said, ["--max-tokens", "20"]);
    const turns = seen.prompts.map((prompt) => (prompt.length + 1) / 2);
    const noted = err.match(
      /the conversation outgrows the model's context: its oldest \d+ messages are left out/g,
    );
    expect(Math.max(...turns)).toBeGreaterThan(2);
    expect(turns.some((turn, i) => turn < turns[i - 1])).toBe(true);
    expect(noted).toHaveLength(turns.filter((turn, i) => turn <= turns[i - 1]).length);
    for (const [i, prompt] of seen.prompts.entries()) {
      expect(contents(prompt)[0]).toMatch(/^user: /);
      expect(contents(prompt).at(-1)).toBe(`user: ${said[i]}`);
    }
    const long = await piped(["word ".repeat(300)]);
    expect(long.err).toMatch(/^foretoken: the beginning of the prompt was left out.*\n\[40 tokens/);
  });
});

describe("foretoken chat, typed", () => {
  it("shows a sign, answers, and leaves on Ctrl-D", async () => {
    const chat = typed();
    await chat.until(/> /);
    expect(chat.err()).toContain("smollm2 1.0.0: /help lists commands, Ctrl-D leaves\n");
    chat.type("Hi.\r");
    await chat.until(/complete\]/);
    chat.type(CTRL_D);
    expect(await chat.ended).toBe(0);
    expect(chat.out().split("> ")).toHaveLength(3);
    expect(chat.out().endsWith("\n")).toBe(true);
  });

  it("stops an answer on Ctrl-C, keeps what was said, and leaves on the next one", async () => {
    const seen = watchText();
    const chat = typed([], { text: fakeText({ pause: 30, seen }) });
    await chat.until(/> /);
    chat.type("Hi.\r");
    await chat.until(/Hi\.[^>]*\n[^>\n]{8}/);
    chat.type(CTRL_C);
    await chat.until(/\[stopped: what was said so far stays\]/);
    chat.type("Ho.\r");
    await chat.until(/complete\]/);
    const [, said] = contents(seen.prompts[1]);
    expect(said).toMatch(/^assistant: .{4,36}$/);
    chat.type(CTRL_C);
    expect(await chat.ended).toBe(130);
  });

  it("stops a comparison, too", async () => {
    const chat = typed(["Hi."], { text: fakeText({ pause: 5 }) });
    await chat.until(/complete\]/);
    chat.type("/compare\r");
    await chat.until(/speculative, run 1/);
    chat.type(CTRL_C);
    await chat.until(/\[stopped\]\n/);
    chat.type(CTRL_D);
    expect(await chat.ended).toBe(0);
  });

  it("forgets a message that was not answered at all", async () => {
    const seen = watchText();
    const chat = typed(["Hi."], { text: fakeText({ pause: 200, seen }) });
    await new Promise((resolve) => setTimeout(resolve, 100));
    chat.type(CTRL_C);
    await chat.until(/\[nothing was said: the message is forgotten\]/);
    chat.type("Ho.\r");
    await chat.until(/complete\]/);
    expect(contents(seen.prompts[1])).toEqual(["user: Ho."]);
    chat.type(CTRL_D);
    expect(await chat.ended).toBe(0);
  });

  it("ends on a signal, whatever it is at", async () => {
    for (const keys of ["", "Hi.\r"]) {
      const stop = new AbortController();
      const chat = typed([], { signal: stop.signal, text: fakeText({ pause: 30 }) });
      await chat.until(/> /);
      chat.type(keys);
      setTimeout(() => stop.abort(Object.assign(new Error("interrupted"), { exitCode: 143 })), 100);
      expect(await chat.ended).toBe(143);
    }
  });
});

describe("foretoken chat, as a program", () => {
  it("ends quietly when nobody reads, and on Ctrl-C", async () => {
    const env = { FAKE_PAUSE: "20" };
    const closed = await spawned("fake", ["chat", "-q"], {
      env,
      stdin: "Hi.\nHo.\n",
      during: (child) => child.stdout?.once("data", () => child.stdout?.destroy()),
    });
    expect([closed.code, closed.err]).toEqual([0, ""]);
    for (const stdin of ["Hi.\n".repeat(9), undefined]) {
      const start = performance.now();
      const during = killed("SIGINT", () => performance.now() - start > 700);
      const interrupted = await spawned("fake", ["chat", "-q"], { env, stdin, during });
      expect([interrupted.code, interrupted.err]).toEqual([130, ""]);
    }
  });
});

describe("bad input", () => {
  badInputChecks("chat", place, [
    ["an unknown model", ["--model", "smolm2"], 2, /no model smolm2: did you mean smollm2\?/],
    ["an unknown drafter", ["--drafter", "sufix"], 2, /Did you mean suffix\?/],
    ["rest without a datastore", ["--drafter", "rest"], 2, /--drafter rest needs --datastore FILE/],
    ["an option of another command", ["--compare"], 2, /unknown option '--compare'/],
    ["bytes that are no text", [], 1, /standard input is not valid UTF-8/, Buffer.from([0xff, 10])],
  ]);
});

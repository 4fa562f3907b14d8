import { existsSync, writeFileSync } from "node:fs";
import { beforeAll, describe, expect, it } from "vitest";
import * as text from "../../src/text/index.js";
import { modelFolder } from "../text/folder.js";
import { toyTokenizer } from "../text/toy.js";
import { badInputChecks } from "./bad-input.js";
import { cli, stopped, temporaryFolder } from "./helpers.js";

const place = temporaryFolder();
const { path, folder, named } = place;
const toy = modelFolder(path("toy"));
const model = ["--model", toy];
const build = (argv: readonly string[], around = {}) =>
  cli(["datastore", "build", ...argv], { text, ...around });

beforeAll(() => {
  writeFileSync(path("a.md"), "the owl and the word\n");
  writeFileSync(path("b.jsonl"), '{"text": "the other"}\n{"text": "an order"}\n');
  writeFileSync(path("empty.txt"), "");
  writeFileSync(path("bytes.bin"), Buffer.from([0xff, 0, 1]));
  writeFileSync(path("bad.jsonl"), '{"text": "the other"}\n{"prompt": "an order"}\n');
  writeFileSync(path("long.txt"), "the owl and the word\n".repeat(100_000));
});

describe("foretoken datastore build", () => {
  it("makes a datastore of files, and says how large it is", async () => {
    const argv = [path("a.md"), path("b.jsonl"), "-o", path("store.fds"), ...model];
    const { code, out, err } = await build(argv);
    expect([code, out.length, err]).toEqual([
      0,
      0,
      expect.stringMatching(/^\d+ tokens of 3 documents, 0\.0 MB in [\d.]+ s\n$/),
    ]);
    const store = text.openDatastore(path("store.fds"), text.vocabularyOf(text.findTextModel(toy).manifest));
    expect(store.documents).toBe(3);
    expect((await build([...argv, "-q"])).err).toBe("");
  });

  it("shows how far it is, and leaves nothing on Ctrl-C", async () => {
    const shown = await build([path("a.md"), "-o", path("shown.fds"), ...model], { terminal: ["stderr"] });
    expect(shown.err).toContain("\r12 tokens of 1 document");
    const signal = stopped(50);
    const before = named("");
    const { code, err } = await build([path("long.txt"), "-o", path("stop.fds"), ...model], { signal });
    expect([code, err]).toEqual([130, ""]);
    expect(named("")).toEqual(before);
  });

  it("gives what write and chat are offered, to models of the same tokens only", async () => {
    const other = modelFolder(path("other"), toyTokenizer({ merges: ["t h"] }));
    const wanted = text.vocabularyOf(text.findTextModel(other).manifest);
    expect(() => text.openDatastore(path("store.fds"), wanted)).toThrow(
      /made of the tokens of the model "toy" .*, and "other" has another tokenizer/,
    );
  });
});

describe("bad input", () => {
  const out = ["-o", path("x.fds")];
  badInputChecks(
    "datastore",
    place,
    [
      ["another command", ["biuld", path("a.md")], 2, /unknown command 'biuld'.*Did you mean build/],
      ["no files", ["build", ...out], 2, /missing required argument 'file'/],
      ["no output", ["build", path("a.md")], 2, /where should the datastore go\? Name a file with -o FILE/],
      ["standard output", ["build", path("a.md"), "-o", "-"], 2, /where should the datastore go/],
      [
        "a missing folder",
        ["build", path("a.md"), "-o", path("no/x.fds")],
        1,
        /there is no folder .*; make it/,
      ],
      [
        "a folder in its place",
        ["build", path("a.md"), "-o", folder],
        1,
        /it is a folder; name a file in it/,
      ],
      ["a missing file", ["build", path("no.txt"), ...out, ...model], 1, /no\.txt: there is no such file/],
      ["a folder as a text", ["build", folder, ...out, ...model], 1, /it is a folder/],
      ["bytes that are no text", ["build", path("bytes.bin"), ...out, ...model], 1, /is not valid UTF-8/],
      ["nothing", ["build", path("empty.txt"), ...out, ...model], 2, /a datastore needs text/],
      [
        "a line without a text",
        ["build", path("bad.jsonl"), ...out, ...model],
        1,
        /bad\.jsonl, line 2, is no doc/,
      ],
      [
        "an unknown model",
        ["build", path("a.md"), ...out, "--model", "./gone"],
        2,
        /no model folder \.\/gone/,
      ],
    ],
    { text },
  );

  it("is met with help where no command is given", async () => {
    const { code, err } = await cli(["datastore"]);
    expect([code, err]).toEqual([2, expect.stringMatching(/Usage: foretoken datastore.*build /s)]);
  });

  it("leaves an old datastore where the new one cannot be made", () => {
    expect(existsSync(path("store.fds"))).toBe(true);
  });
});

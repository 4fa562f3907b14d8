import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { learnedFile } from "../../src/text/learned.js";

const folder = mkdtempSync(join(tmpdir(), "foretoken-learned-"));
const before = process.env.FORETOKEN_CACHE;
beforeAll(() => {
  process.env.FORETOKEN_CACHE = folder;
});
afterAll(() => {
  process.env.FORETOKEN_CACHE = before;
  if (before === undefined) delete process.env.FORETOKEN_CACHE;
  rmSync(folder, { recursive: true });
});

const files = () => readdirSync(folder);
const content = () => JSON.parse(readFileSync(join(folder, files()[0]), "utf8"));
const change = (fields: object) =>
  writeFileSync(join(folder, files()[0]), JSON.stringify({ ...content(), ...fields }));

/** Successors of tokens, eight each: the first four of them unlikely or none. */
function known(count: number, size: number) {
  return {
    tokens: Uint32Array.from({ length: count }, (_, i) => size - 1 - ((i * 7919) % size)),
    successors: Uint32Array.from({ length: 8 * count }, (_, i) => (i * 31) % size),
    shares: Float32Array.from({ length: 8 * count }, (_, i) => [0.5, 0.3, 0.2, 0][i % 8] ?? 0),
  };
}

describe.each([
  ["a small vocabulary", 49_152],
  ["a large one", 200_000],
])("what recycling has learned of %s", (_, size) => {
  const vocabulary = { model: "toy", tokenizer: "abc", size };
  const learned = known(500, size);

  it("comes back, but for rounding of shares", () => {
    for (const name of files()) rmSync(join(folder, name));
    const file = learnedFile(vocabulary);
    expect(file.read()).toBeUndefined();
    file.write(learned);
    const back = learnedFile(vocabulary).read()!;
    expect(back.tokens).toEqual(learned.tokens);
    expect(back.successors).toEqual(learned.successors);
    back.shares.forEach((share, i) => {
      expect(Math.abs(share - learned.shares[i])).toBeLessThan(1 / 500);
    });
  });

  it("is of one tokenizer and one model", () => {
    expect(learnedFile({ ...vocabulary, model: "other" }).read()).toBeUndefined();
    expect(learnedFile({ ...vocabulary, tokenizer: "abd" }).read()).toBeUndefined();
    expect(learnedFile(vocabulary).read()).toBeDefined();
  });

  it("is written when there is more to know", () => {
    const file = learnedFile(vocabulary);
    change({ more: 1 });
    const back = file.read()!;
    file.write(back);
    expect(content().more).toBe(1);
    file.write(known(501, size));
    expect(content()).toMatchObject({ count: 501, tokenizer: "abc" });
    expect(content().more).toBeUndefined();
  });

  it("is not believed where it is torn", () => {
    const { data } = content();
    change({ data: data.slice(0, data.length / 2) });
    expect(learnedFile(vocabulary).read()).toBeUndefined();
    change({ data, count: 500 });
    expect(learnedFile(vocabulary).read()).toBeUndefined();
    change({ data, count: "many" });
    expect(learnedFile(vocabulary).read()).toBeUndefined();
    change({ data, count: 501 });
    expect(learnedFile({ ...vocabulary, size: size - 1 }).read()).toBeUndefined();
    expect(learnedFile(vocabulary).read()).toBeDefined();
  });
});

import { describe, expect, it } from "vitest";
import { osd, suffix } from "../../src/drafters/index.js";

const load = (path: string) => import(new URL(`../../bench/online/${path}`, import.meta.url).href);
const { replay } = await load("replay.mjs");
const { KINDS, shuffled, things } = await load("prompts.mjs");

/** An answer that counts to 9 and begins anew. */
const tokens = Array.from({ length: 40 }, (_, i) => (i + 1) % 10);
const rows = tokens.map((token) => [
  [token, 11],
  [5, 1],
]);
const ANSWER = { prompt: [12, 0], tokens, rows };

describe("a replay", () => {
  it("shows a drafter the answer as decoding would, token for token", async () => {
    const drafter = suffix();
    const first = await replay(ANSWER, drafter, 16);
    expect(first).toMatchObject({ tokens: 40, learning: expect.any(Number) });
    expect(first.passes).toBeLessThan(30);
    expect(first.passes).toBeGreaterThan(9);
    expect((await replay(ANSWER, drafter, 16)).passes).toBe(10);
  });

  it("gives what the target nearly said, too, and refuses an answer that is not the likeliest", async () => {
    const learning = osd({ steps: 0 });
    await replay(ANSWER, learning, 16);
    expect((await replay(ANSWER, learning, 16)).passes).toBe(10);
    const wrong = rows.map(([kept]) => [kept, [1, 5]]);
    await expect(replay({ ...ANSWER, rows: wrong }, suffix(), 16)).rejects.toThrow();
  });
});

describe("prompts of one kind", () => {
  it("ask for another thing each, in an order that is always the same", () => {
    const all = things(500);
    expect(new Set(all).size).toBe(500);
    expect(shuffled(all)).toEqual(shuffled(all));
    expect(shuffled(all)).not.toEqual(all);
    expect([...shuffled(all)].sort()).toEqual([...all].sort());
    expect(KINDS.shop("tea")).toContain("The product: tea.");
    expect(() => things(1e6)).toThrow(/ask for fewer prompts/);
  });
});

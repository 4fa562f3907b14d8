import { describe, expect, it } from "vitest";
import { createNoise, type Token } from "../../src/core/index.js";
import { createAnswers } from "../../src/drafters/answers.js";
import { type Automaton, createAutomaton, type Run } from "../../src/drafters/automaton.js";

/** How often a run stands in a text, and what followed it how often. */
function occurrences(text: readonly Token[], run: readonly Token[]) {
  const following = new Map<Token, number>();
  let count = 0;
  for (let at = 0; at + run.length <= text.length; at++) {
    if (!run.every((token, i) => text[at + i] === token)) continue;
    count++;
    const next = text[at + run.length];
    if (next !== undefined) following.set(next, (following.get(next) ?? 0) + 1);
  }
  return { count, following };
}

const followers = (automaton: Automaton, run: Run) =>
  new Map(automaton.following(run, Number.POSITIVE_INFINITY).list.map(({ token, count }) => [token, count]));
const sorted = (map: Map<Token, number>) => [...map].sort(([a], [b]) => a - b);

describe("a suffix automaton", () => {
  it("knows of every run what followed it how often, while the text grows", () => {
    for (let seed = 0; seed < 30; seed++) {
      const { chance } = createNoise(seed);
      const size = 1 + (seed % 4);
      const automaton = createAutomaton();
      const text: Token[] = [];
      for (let turn = 0; turn < 60; turn++) {
        const token = Math.floor(chance() * size);
        automaton.push(token);
        text.push(token);
        // The longest end that stands earlier, too, and all shorter ones that stand elsewhere.
        const lengths = new Set<number>();
        for (let at: Run | undefined = automaton.end(); at && at.length > 0; at = automaton.shorter(at)) {
          const run = text.slice(text.length - at.length);
          expect(sorted(followers(automaton, at))).toEqual(sorted(occurrences(text, run).following));
          lengths.add(at.length);
        }
        const longest = text.findIndex((_, from) => occurrences(text, text.slice(from)).count > 1);
        expect(Math.max(0, ...lengths)).toBe(longest < 0 ? 0 : text.length - longest);
      }
      expect(automaton.size).toBe(60);
    }
  });

  it("follows a sequence of its own by the longest end that stands in the text", () => {
    for (let seed = 0; seed < 30; seed++) {
      const { chance } = createNoise(seed);
      const some = (count: number) => Array.from({ length: count }, () => Math.floor(chance() * 3));
      const text = some(40);
      const automaton = createAutomaton();
      for (const token of text) automaton.push(token);
      const sequence: Token[] = [];
      let run: Run = { state: 0, length: 0 };
      for (const token of [...some(30), 9, ...some(10)]) {
        run = automaton.step(run, token);
        sequence.push(token);
        const from = sequence.findIndex((_, at) => occurrences(text, sequence.slice(at)).count > 0);
        const longest = from < 0 ? [] : sequence.slice(from);
        expect(run.length).toBe(longest.length);
        if (run.length > 0)
          expect(sorted(followers(automaton, run))).toEqual(sorted(occurrences(text, longest).following));
      }
    }
  });

  it("gives the most frequent followers, among equals the latest, and how many there are in all", () => {
    const automaton = createAutomaton();
    for (const token of [0, 1, 0, 2, 0, 2, 0, 3, 0, 3, 0, 4, 0, 5]) automaton.push(token);
    const behindZero = automaton.step({ state: 0, length: 0 }, 0);
    const most = (count: number) => automaton.following(behindZero, count).list.map(({ token }) => token);
    expect([most(1), most(2), most(4), most(9)]).toEqual([[3], [3, 2], [3, 2, 5, 4], [3, 2, 5, 4, 1]]);
    expect([1, 9].map((count) => automaton.following(behindZero, count).total)).toEqual([7, 7]);
    expect(most(0)).toEqual([]);
    for (let seed = 0; seed < 20; seed++) {
      const { uniform } = createNoise(seed);
      const many = createAutomaton();
      for (let i = 0; i < 200; i++) many.push(i % 2 ? 1 + Math.floor(9 * uniform(i, 0) ** 2) : 0);
      const run = many.step({ state: 0, length: 0 }, 0);
      const all = many.following(run, 99).list;
      expect(all.map(({ count }) => count)).toEqual(all.map(({ count }) => count).sort((a, b) => b - a));
      for (const count of [1, 3, 5]) expect(many.following(run, count).list).toEqual(all.slice(0, count));
    }
  });

  it("takes a text that repeats itself, and tokens that are none", () => {
    const automaton = createAutomaton();
    for (let i = 0; i < 3000; i++) automaton.push(i % 2);
    expect(automaton.end().length).toBe(2998);
    expect(followers(automaton, automaton.step({ state: 0, length: 0 }, 1))).toEqual(new Map([[0, 1499]]));
    for (const token of [Number.NaN, 1.5, -7, 2 ** 40]) automaton.push(token);
    expect(automaton.size).toBe(3004);
  });
});

describe("answers", () => {
  const has = (automaton: Automaton, ...run: Token[]) => {
    let at: Run = { state: 0, length: 0 };
    for (const token of run) at = automaton.step(at, token);
    return at.length === run.length;
  };

  it("are there for sequences that start behind their end, and for no others", () => {
    const answers = createAnswers(100);
    const [a, b] = [answers.open(), answers.open()];
    a.close([1, 2, 3]);
    expect(has(b.automaton, 1, 2)).toBe(false);
    const c = answers.open();
    expect([has(b.automaton, 1, 2), has(c.automaton, 1, 2)]).toEqual([false, false]);
    b.close([4, 5]);
    c.close([]);
    const { automaton } = answers.open();
    expect([has(automaton, 1, 2, 3), has(automaton, 4, 5), has(automaton, 3, 4)]).toEqual([
      true,
      true,
      false,
    ]);
  });

  it("are read by a new automaton where the old one is never free", () => {
    const answers = createAnswers(160);
    let running = answers.open();
    for (let turn = 0; turn < 20; turn++) {
      const next = answers.open();
      running.close([1, turn + 2]);
      running = next;
    }
    expect(has(running.automaton, 1, 5)).toBe(true);
  });

  it("are forgotten, the oldest first, and never more than the limit", () => {
    const answers = createAnswers(100);
    for (let turn = 0; turn < 50; turn++) answers.open().close([turn + 1, 1000 + turn]);
    const { automaton, close } = answers.open();
    expect(automaton.size).toBeLessThanOrEqual(100);
    expect([has(automaton, 50, 1049), has(automaton, 35, 1034), has(automaton, 3, 1002)]).toEqual([
      true,
      true,
      false,
    ]);
    close(Array.from({ length: 1000 }, (_, i) => i));
    expect(answers.open().automaton.size).toBeLessThanOrEqual(100);
    const nothing = createAnswers(0);
    nothing.open().close([1, 2]);
    expect(nothing.open().automaton.size).toBe(0);
  });
});

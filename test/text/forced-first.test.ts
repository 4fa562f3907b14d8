import { describe, expect, it } from "vitest";
import {
  byPlace,
  type Drafter,
  decode,
  type Plan,
  type Round,
  type Rules,
  type Token,
  type Verifier,
} from "../../src/core/index.js";
import { lookup, model } from "../../src/drafters/index.js";
import { adaptive, fixedLength } from "../../src/plans/index.js";
import { forcedFirst } from "../../src/text/forced-first.js";
import { block, identical, rejection } from "../../src/verifiers/index.js";
import { drafterOf, drawing, GUESSED, marginal, markov, sigmas, WEIGHTS } from "../drafters/setup.js";

const target = markov(WEIGHTS);
const most = 16;

/** Two of four places are forced. */
const rules: Rules<unknown> = byPlace({
  vocabularySize: 3,
  given: Array.from({ length: 200 }, (_, place) => (place % 4 < 2 ? place % 3 : undefined)),
});

interface Run {
  readonly drafter: Drafter;
  readonly plan: Plan;
  readonly verifier?: Verifier;
  readonly seed?: number;
  readonly maxTokens?: number;
}

/** A clock that goes on each time it is looked at. */
function ticking() {
  let now = 0;
  return () => now++ / 100;
}

async function run({ drafter, plan, verifier = identical(), seed = 0, maxTokens = 60 }: Run) {
  const rounds: Round[] = [];
  const settings = { target, rules, verifier, seed, maxTokens, encoded: { tokens: [0] }, clock: ticking() };
  for await (const round of decode({ ...settings, ...forcedFirst({ drafter, plan }, most) }))
    rounds.push(round);
  return { rounds, tokens: rounds.flatMap(({ tokens }) => tokens) };
}

/** A plan that keeps what it is told. */
function watched(inner: Plan) {
  const seen: Round[] = [];
  const plan: Plan = {
    start(setup) {
      const planning = inner.start(setup);
      return {
        budget: () => planning.budget(),
        trim: (draft) => planning.trim(draft),
        observe(round) {
          seen.push(round);
          planning.observe(round);
        },
      };
    },
  };
  return { plan, seen };
}

const never: Plan = {
  start: () => ({ budget: () => ({ nodes: 0, depth: 0 }), trim: (draft) => draft, observe: () => {} }),
};

describe("tokens that are forced", () => {
  it("are drafted whatever the plan says, and the drafter is not asked where the plan does not", async () => {
    const drafter = drafterOf(() => {
      throw new Error("nobody asks");
    });
    const { rounds } = await run({ drafter, plan: never });
    const forcedAt = (place: number) => (rules.mask(place) ? 1 : 0);
    for (const { start, draft } of rounds.slice(0, -1)) {
      let forced = 0;
      while (forcedAt(start + forced)) forced++;
      expect(draft.tokens).toHaveLength(forced);
    }
    expect(rounds.some(({ draft }) => draft.tokens.length === 2)).toBe(true);
  });

  it("leave plain decoding plain, and change no token", async () => {
    expect(forcedFirst({ drafter: undefined, plan: never }, most)).toEqual({
      drafter: undefined,
      plan: never,
    });
    const plain: Token[] = [];
    const settings = { target, rules, verifier: identical(), encoded: { tokens: [0] }, maxTokens: 60 };
    for await (const { tokens } of decode(settings)) plain.push(...tokens);
    for (const drafter of [lookup(), model(markov(GUESSED)), drawing(GUESSED)])
      for (const plan of [never, fixedLength(3), adaptive(), adaptive({ maxDepth: 4 })])
        expect((await run({ drafter, plan })).tokens).toEqual(plain);
  });

  it("are not told to the plan: it sees its drafter's rounds as they are behind them", async () => {
    const { plan, seen } = watched(fixedLength(3));
    const { tokens, rounds } = await run({ drafter: model(markov(GUESSED)), plan });
    expect(seen.length).toBeGreaterThan(10);
    expect(rounds.some(({ draft }) => draft.tokens.length === 5)).toBe(true);
    // Others began with forced guesses, and look as if those had been committed before.
    const own = new Set(rounds.map(({ start }) => start));
    expect(seen.filter(({ start }) => !own.has(start)).length).toBeGreaterThan(4);
    for (const round of seen) {
      const { start, draft, verdict } = round;
      expect(rules.mask(start)).toBeUndefined();
      expect(draft.tokens.length).toBeLessThanOrEqual(3);
      expect(round.tokens).toEqual(tokens.slice(start, start + round.tokens.length));
      const standing = verdict.path.map((node) => draft.tokens[node]);
      expect([...standing, verdict.next].slice(0, round.tokens.length)).toEqual(round.tokens);
      // The distribution at the root is the one that its first token was picked from.
      const last = start > 0 ? tokens[start - 1] : 0;
      expect(round.logits(-1)).toEqual(Float32Array.from(WEIGHTS[last], Math.log));
      // A pass that had rows for forced tokens as well says nothing of what a pass takes.
      expect(round.timing.target > 0).toBe(own.has(start));
    }
  });

  it("leave verifiers of drawn guesses lossless", async () => {
    const runs = 4000;
    for (const verifier of [rejection(), block()]) {
      const hits = [0, 0, 0];
      for (let seed = 0; seed < runs; seed++) {
        const { tokens } = await run({
          ...{ drafter: drawing(GUESSED), plan: fixedLength(2), verifier, seed, maxTokens: 4 },
        });
        expect(tokens.slice(0, 2)).toEqual([0, 1]);
        hits[tokens[3]]++;
      }
      const wanted = marginal(WEIGHTS, 1, 2);
      for (const [token, share] of wanted.entries())
        expect(sigmas(hits[token], runs, share)).toBeLessThan(4.5);
    }
  });

  it("never take more guesses than a pass may have", async () => {
    const all = byPlace({ vocabularySize: 3, given: new Array(50).fill(1) });
    const settings = { target, verifier: identical(), encoded: { tokens: [0] }, maxTokens: 50 };
    const pair = forcedFirst({ drafter: lookup(), plan: fixedLength(9) }, most);
    const lengths: number[] = [];
    for await (const { draft } of decode({ ...settings, rules: all, ...pair }))
      lengths.push(draft.tokens.length);
    expect(lengths).toEqual([16, 16, 15]);
  });
});

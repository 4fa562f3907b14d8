import { describe, expect, it } from "vitest";
import { divergence, toyModel } from "../../src/conformance/index.js";
import {
  chain,
  type Distribution,
  type DraftContext,
  type Drafter,
  decode,
  fromWeights,
  type Rules,
  type Token,
} from "../../src/core/index.js";
import { onlyToken } from "../../src/core/places.js";
import { branches, copy, jacobi, lookup, model } from "../../src/drafters/index.js";
import { fixedLength } from "../../src/plans/index.js";
import { block, identical, rejection, tolerance, topk } from "../../src/verifiers/index.js";

const SIZE = 8;
const END = 7;
const target = toyModel({ vocabularySize: SIZE, sharpness: 2 });
const small = toyModel({ vocabularySize: SIZE, sharpness: 2, unlike: { seed: 4, share: 0.2 } });

/** Rules that know what they were promised, and throw at anything else. */
const strict = <State>(rules: Rules<State>): Rules<State> => ({
  start: rules.start,
  advance(state, token) {
    if (rules.ended(state)) throw new Error(`advance was called behind the end, with ${token}`);
    const mask = rules.mask(state);
    if (mask && !((mask[0] >>> token) & 1)) throw new Error(`advance was given ${token}, which is masked`);
    return rules.advance(state, token);
  },
  mask(state) {
    if (rules.ended(state)) throw new Error("mask was called behind the end");
    return rules.mask(state);
  },
  ended: rules.ended,
});

const nothingBehindTheEnd: Rules<string> = {
  start: "on",
  advance: (_, token) => (token === END ? "over" : "on"),
  mask: (state) => (state === "over" ? new Uint32Array(1) : undefined),
  ended: (state) => state === "over",
};

/** Pairs: an even token, then the odd one behind it. Whatever else comes leads where nothing may follow. */
const pairs: Rules<number | "even" | "dead"> = {
  start: "even",
  advance(state, token) {
    if (state === "even") return token % 2 === 0 ? token : "dead";
    return state !== "dead" && token === state + 1 ? "even" : "dead";
  },
  mask(state) {
    if (state === "dead") return new Uint32Array(1);
    return Uint32Array.of(state === "even" ? 0b01010101 : 1 << (state + 1));
  },
  ended: () => false,
};

const TABLE: Record<string, Record<number, string>> = {
  even: { 0: "0", 2: "2", 4: "4", 6: "6" },
  0: { 1: "even", 3: "even" },
  2: { 3: "even" },
  4: { 5: "even", 0: "0" },
  6: { 7: "even" },
};
const table: Rules<string> = {
  start: "even",
  advance: (state, token) => TABLE[state][token],
  mask: (state) =>
    Uint32Array.of(Object.keys(TABLE[state]).reduce((mask, token) => mask | (1 << Number(token)), 0)),
  ended: () => false,
};

const cases: Record<string, Rules<unknown>> = {
  "an empty mask behind the end": nothingBehindTheEnd as Rules<unknown>,
  "a grammar with a dead state": pairs as Rules<unknown>,
  "an automaton by table": table as Rules<unknown>,
  "rules that watch their caller, with an end": strict(nothingBehindTheEnd) as Rules<unknown>,
  "rules that watch their caller, with pairs": strict(pairs) as Rules<unknown>,
};

const drafters: Record<string, () => Drafter> = {
  jacobi: () => jacobi(),
  "jacobi filled by copies": () => jacobi({ filler: copy({ blank: 0 }) }),
  "jacobi filled by a model": () => jacobi({ filler: model(small) }),
  lookup: () => lookup(),
  "a perfect model": () => model(target, { minConfidence: 0 }),
  branches: () => branches(model(small), lookup()),
  // Neither looks at the rules.
  "every token": () =>
    drafterOf(() => ({ tokens: [...Array(SIZE).keys()], parents: new Array(SIZE).fill(-1) })),
  "the same token": () => drafterOf(({ budget }) => chain(new Array(budget.depth).fill(END))),
};

function drafterOf(propose: (context: DraftContext) => ReturnType<typeof chain>): Drafter {
  return { name: "mine", start: async () => ({ propose }) };
}

async function run(options: Partial<Parameters<typeof decode>[0]>) {
  const tokens: Token[] = [];
  let finish: string | undefined;
  const settings = { target, encoded: { tokens: [1, 2] }, verifier: identical(), maxTokens: 40 };
  for await (const round of decode({ ...settings, clock: () => 0, ...options })) {
    tokens.push(...round.tokens);
    finish = round.finish;
  }
  return { tokens, finish };
}

for (const [which, rules] of Object.entries(cases))
  describe(which, () => {
    for (const [name, create] of Object.entries(drafters))
      it(`has plain decoding's output under drafts: ${name}`, async () => {
        for (const temperature of [0, 1])
          for (let seed = 0; seed < (temperature ? 6 : 1); seed++) {
            const shared = { rules, seed, sampling: { temperature } };
            const plain = await run(shared);
            expect(await run({ ...shared, drafter: create(), plan: fixedLength(4, 3) })).toEqual(plain);
          }
      });

    it("lets every other verifier keep the rules", async () => {
      for (const verifier of [rejection(), block(), tolerance({ beta: 0.5 }), topk({ k: 4 })])
        for (const create of Object.values(drafters))
          for (const temperature of [0, 1]) {
            const shared = { verifier, rules, sampling: { temperature }, drafter: create() };
            const { tokens } = await run({ ...shared, plan: fixedLength(4, 3) });
            let state = rules.start;
            for (const token of tokens) {
              const mask = rules.mask(state);
              expect(!mask || ((mask[0] >>> token) & 1) === 1).toBe(true);
              state = rules.advance(state, token);
            }
          }
    });
  });

describe("illegal guesses that were drawn", () => {
  /** Three of four tokens may follow. */
  const rules: Rules<unknown> = {
    start: 3,
    advance: (_, token) => token,
    mask: (last) => Uint32Array.of(0b1111 & ~(1 << (last as number))),
    ended: () => false,
  };
  /** Mostly the token that may not follow. */
  const repeating = [0, 1, 2, 3].map((last) =>
    fromWeights([0, 1, 2, 3].map((token) => (token === last ? 3 : 1))),
  );
  /** Draws without a look at the rules; leaves illegal draws out, or not. */
  const careless = (hides: boolean) =>
    drafterOf(({ output, budget, draw }) => {
      const tokens: Token[] = [];
      const drawnFrom: Distribution[] = [];
      let last = output.at(-1) ?? 3;
      while (tokens.length < budget.depth) {
        const token = draw(repeating[last], tokens.length);
        if (hides && token === last) break;
        tokens.push(token);
        drawnFrom.push(repeating[last]);
        last = token;
      }
      return chain(tokens, { drawnFrom });
    });
  const flat = toyModel({ sharpness: 1 });
  for (const verifier of [rejection(), block()])
    it(`are rejected, and leave the distribution as it is: ${verifier.name}`, async () => {
      const settings = { target: flat, rules, runs: 3_000 };
      const { distance, floor } = await divergence(verifier, careless(false), settings);
      expect(distance).toBeLessThan(floor);
      // To leave them out is what must not happen.
      const hidden = await divergence(verifier, careless(true), settings);
      expect(hidden.distance).toBeGreaterThan(hidden.floor);
    });
});

describe("forced tokens", () => {
  const asked = async (rules: Rules<unknown> | undefined, paths: readonly (readonly Token[])[]) => {
    const found: (Token | undefined)[][] = [];
    const drafter = drafterOf(({ forced }) => {
      found.push([forced(), ...paths.map(forced)]);
      return chain([]);
    });
    await run({ rules, drafter, plan: fixedLength(4), maxTokens: 3, sampling: { temperature: 0 } });
    return found;
  };

  it("are the only ones that the rules allow behind a path", async () => {
    // Pairs: free, forced, free. The second ask is behind an even token.
    const [first] = await asked(pairs as Rules<unknown>, [[2], [4], [2, 3], [2, 3, 6], [], [3], [2, 5]]);
    expect(first).toEqual([undefined, 3, 5, undefined, 7, undefined, undefined, undefined]);
    const [, second] = await asked(pairs as Rules<unknown>, []);
    const { tokens } = await run({
      rules: pairs as Rules<unknown>,
      sampling: { temperature: 0 },
      maxTokens: 2,
    });
    expect(second).toEqual([tokens[1]]);
  });

  it("are none behind an end, and without rules", async () => {
    expect(await asked(strict(nothingBehindTheEnd) as Rules<unknown>, [[END], [END, 1]])).toContainEqual([
      undefined,
      undefined,
      undefined,
    ]);
    expect((await asked(undefined, [[1]]))[0]).toEqual([undefined, undefined]);
  });

  it("are found whatever a mask says beyond the vocabulary", () => {
    const only =
      (...words: number[]) =>
      (size: number) =>
        onlyToken(Uint32Array.from(words), size);
    const FULL = 0xffffffff;
    expect([7, 8, 9, 32].map(only(0b1_0000_1000))).toEqual([3, 3, undefined, undefined]);
    expect(only(1 << 3, FULL)(32)).toBe(3);
    expect(only(1 << 3, FULL)(33)).toBeUndefined();
    expect(only(0, 0b110)(34)).toBe(33);
    expect(only(0, 0b110)(35)).toBeUndefined();
    expect(only(1 << 31, 0b10)(33)).toBe(31);
    expect(only(0b1000, 0)(3)).toBeUndefined();
    expect(only(FULL)(1)).toBe(0);
    expect(onlyToken(undefined, 1)).toBeUndefined();
  });

  it("are found in every word of a mask, and behind a mask of all", async () => {
    const wide = toyModel({ vocabularySize: 70 });
    const only = (token: Token): Rules<unknown> => ({
      start: 0,
      advance: (place) => (place as number) + 1,
      mask(place) {
        const mask = new Uint32Array(3);
        if (place === 0) mask.fill(0xffffffff);
        else mask[token >> 5] |= 1 << (token & 31);
        return mask;
      },
      ended: () => false,
    });
    for (const token of [0, 31, 32, 63, 64, 69]) {
      const found: (Token | undefined)[] = [];
      const drafter = drafterOf(({ forced }) => {
        found.push(forced());
        return chain([]);
      });
      await run({ target: wide, rules: only(token), drafter, plan: fixedLength(2), maxTokens: 3 });
      expect(found).toEqual([undefined, token]);
    }
  });
});

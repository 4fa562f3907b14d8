import { TOY_HEADS, type Toy, toyModel } from "../../src/conformance/index.js";
import {
  byPlace,
  createNoise,
  type DecodeOptions,
  type Drafter,
  type Model,
  type Plan,
  type Rules,
  type Sampling,
  subtree,
  type Token,
} from "../../src/core/index.js";
import {
  aligned,
  branches,
  buildDatastore,
  cascade,
  copy,
  firstNonEmpty,
  given,
  gridLookup,
  heads,
  jacobi,
  longest,
  lookAheadTokens,
  lookahead,
  lookup,
  model,
  none,
  osd,
  recycling,
  reference,
  rest,
  selfSpeculative,
  spans,
  suffix,
} from "../../src/drafters/index.js";
import { adaptive, fixedLength } from "../../src/plans/index.js";
import { adjusted, guided } from "../../src/targets/index.js";
import { identical } from "../../src/verifiers/index.js";

/** A run by chance: what `decode` is given, and the same in words. */
export interface FuzzCase {
  readonly options: DecodeOptions & { readonly drafter: Drafter; readonly plan: Plan };
  readonly says: string;
  readonly toy: Toy;
  readonly small: Toy;
}

/** Chance from the case's number alone. */
function dice(number: number) {
  const { chance } = createNoise(number, 7);
  const below = (most: number) => Math.floor(chance() * most);
  return {
    chance,
    below,
    from: (low: number, high: number) => low + below(high - low + 1),
    oneOf: <T>(...options: readonly T[]): T => options[below(options.length)],
    often: (share: number) => chance() < share,
    tokens: (count: number, size: number) => Array.from({ length: count }, () => below(size)),
  };
}
type Dice = ReturnType<typeof dice>;

/** The case of a number: always the same one. */
export function fuzzCase(number: number): FuzzCase {
  const roll = dice(number);
  const { from, oneOf, often } = roll;
  const vocabularySize = oneOf(2, 3, 5, 8, 12, 12, 20, 33, 40);
  const [sharpness, seed, order] = [0.3 + 4 * roll.chance(), from(1, 99), from(0, 3)];
  const contextLength = often(0.1) ? from(12, 30) : 256;
  const make = (unlike?: { seed: number; share: number }) =>
    toyModel({ vocabularySize, sharpness, seed, order, contextLength, unlike });
  const toy = make();
  const small = make({ seed: seed + 1, share: oneOf(0, 0.05, 0.2, 0.5, 1) });
  const { target, kind } = targetOf(roll, toy);
  const sampling = samplingOf(roll);
  const { rules, name } = rulesOf(roll, vocabularySize);
  const guessing = drafterOf(roll, { small, vocabularySize, tapped: target === toy }, 2);
  const drafter = often(0.2) ? scoringAhead(roll, guessing, vocabularySize) : guessing;
  const { plan, words } = planOf(roll);
  const encoded = {
    tokens: roll.tokens(from(1, 6), often(0.1) ? vocabularySize + 5 : vocabularySize),
    reference: roll.tokens(from(0, 40), vocabularySize),
    lead: from(0, 3),
    grid: oneOf([5, 2, 3], [4, 4], [3, 1, 2, 2]),
    ...(often(0.3) && { pieces: [{ rows: 1, columns: 2, tokens: roll.tokens(2, vocabularySize) }] }),
    ...(often(0.1) && { maxTokens: from(1, 50) }),
  };
  const run = {
    maxTokens: from(1, 36),
    seed: oneOf(roll.below(1000), -roll.below(1000), 2 ** 40 + roll.below(1000)),
    stream: oneOf(0, 0, roll.below(9)),
  };
  const settings = { vocabularySize, sharpness, seed, order, contextLength, kind, sampling, rules: name };
  return {
    toy,
    small,
    says: JSON.stringify({ ...settings, drafter: drafter.name, plan: words, ...run, encoded }),
    options: {
      target,
      encoded,
      verifier: identical(),
      drafter,
      plan,
      sampling,
      rules,
      ...run,
      clock: () => 0,
    },
  };
}

function targetOf({ often, chance }: Dice, toy: Toy): { target: Model; kind: string } {
  if (often(0.08)) {
    const scale = 3 * chance();
    const unconditional = (tokens: readonly Token[]) => tokens.map(() => 0);
    return { target: guided(toy, { scale, unconditional }), kind: `guided by ${scale}` };
  }
  if (often(0.08)) {
    return {
      target: adjusted(toy, (row, before) => {
        for (const token of before.slice(-4)) if (token < row.length) row[token] += 1;
        return row;
      }),
      kind: "adjusted",
    };
  }
  if (often(0.1)) {
    // Its trees are cut to chains.
    return { target: { ...toy, exact: "chain" }, kind: "exact for chains" };
  }
  return { target: toy, kind: "toy" };
}

function samplingOf({ oneOf, often, chance }: Dice): Sampling {
  return {
    temperature: oneOf(0, 0.3, 0.7, 1, 1, 1.5, 1.5 * chance()),
    ...(often(0.2) && { topK: oneOf(1, 2, 5, 50) }),
    ...(often(0.2) && { topP: oneOf(0.3, 0.7, 0.95) }),
    ...(often(0.2) && { minP: oneOf(0.02, 0.1, 0.5) }),
    ...(often(0.2) && { typicalP: oneOf(0.3, 0.7, 0.95) }),
    ...(often(0.2) && { repetitionPenalty: oneOf(0.8, 1.2, 2) }),
    ...(often(0.15) && { presencePenalty: oneOf(-1, 0.5, 3) }),
    ...(often(0.15) && { frequencyPenalty: oneOf(-0.3, 0.2, 1) }),
  };
}

/** Rules that say no more than they must: whatever they were not promised they answer with an error. */
function rulesOf({ oneOf, from, tokens }: Dice, size: number): { rules?: Rules<unknown>; name: string } {
  const words = Math.ceil(size / 32);
  const only = (some: readonly Token[]) => {
    const mask = new Uint32Array(words);
    for (const token of some) mask[token >> 5] |= 1 << (token & 31);
    return mask;
  };
  const all = [...Array(size).keys()];
  const name = oneOf("none", "none", "end", "no repeats", "pairs", "table", "given");
  if (name === "none") return { name };
  if (name === "given") {
    const places = tokens(40, size).map((token, place) => (place % 3 ? undefined : token));
    return { name, rules: byPlace({ vocabularySize: size, given: places }) };
  }
  if (name === "end") {
    const end = from(0, size - 1);
    return {
      name: `${name} ${end}`,
      rules: {
        start: "on",
        advance: (state, token) => (state === "over" ? fail() : token === end ? "over" : "on"),
        mask: (state) => (state === "over" ? only([]) : undefined),
        ended: (state) => state === "over",
      },
    };
  }
  if (name === "no repeats") {
    return {
      name,
      rules: {
        start: -1,
        advance: (last, token) => (token === last ? fail() : token),
        mask: (last) => only(all.filter((token) => token !== last)),
        ended: () => false,
      },
    };
  }
  if (name === "pairs") {
    // An even token, then the next one; the rest is a state that allows nothing. The last token ends it.
    const evens = all.filter((token) => token % 2 === 0 && token + 1 < size);
    return {
      name,
      rules: {
        start: "even",
        advance: (state, token) =>
          state === "even" && token % 2 === 0
            ? token
            : token === (state as number) + 1
              ? token === size - 1
                ? "over"
                : "even"
              : "dead",
        mask: (state) => only(state === "even" ? evens : typeof state === "number" ? [state + 1] : []),
        ended: (state) => state === "over",
      },
    };
  }
  // Some states, each with some tokens that lead to others; nothing is known of the other tokens.
  const table = Array.from(
    { length: 4 },
    () => new Map(tokens(from(1, 4), size).map((token) => [token, from(0, 3)])),
  );
  return {
    name,
    rules: {
      start: 0,
      advance: (state, token) => table[state as number].get(token) ?? fail(),
      mask: (state) => only([...table[state as number].keys()]),
      ended: () => false,
    },
  };
}

function fail(): never {
  throw new Error("the rules were asked for what they do not allow");
}

interface Around {
  readonly small: Toy;
  readonly vocabularySize: number;
  /** Whether the target has the toys' heads. */
  readonly tapped: boolean;
}

function drafterOf(roll: Dice, around: Around, levels: number): Drafter {
  const { oneOf, often, from, below, chance, tokens } = roll;
  const { small, vocabularySize, tapped } = around;
  const inner = () => drafterOf(roll, around, levels - 1);
  const blank = () => below(vocabularySize);
  const simple: (() => Drafter)[] = [
    none,
    aligned,
    () => lookup({ minNgram: from(1, 2), maxNgram: from(2, 4) }),
    () => reference(),
    () => copy(oneOf({}, { blank: blank() }, { offsets: [from(1, 6), 1], blank: blank() })),
    () => model(small, { minConfidence: oneOf(0, 0.2, 0.5) }),
    () => gridLookup({ blank: blank(), back: from(1, 4) }),
    () => suffix({ memory: oneOf(0, 100, 65_536) }),
    () => spans({ minMatch: from(1, 3), corrects: often(0.5) }),
    () =>
      rest(buildDatastore(Uint16Array.from(tokens(from(1, 200), vocabularySize)), [blank()]), {
        minMatch: from(1, 3),
      }),
    () => recycling({ memory: oneOf(3, 16_384) }),
    () => osd({ steps: oneOf(0, 4), memory: oneOf(3, 65_536) }),
    () => lookahead({ window: from(1, 9), ngram: from(2, 5) }),
    () =>
      lookAheadTokens(
        [0, 1, 2].map((i) => vocabularySize + i),
        { behind: oneOf("last", "each") },
      ),
    ...(tapped
      ? [
          () => heads({ count: from(1, TOY_HEADS), size: vocabularySize }),
          () => selfSpeculative({ scores: async (_, tokens) => small.logits(tokens) }),
        ]
      : []),
  ];
  const nested: (() => Drafter)[] = [
    () => given(inner()),
    () => firstNonEmpty(inner(), inner()),
    () => longest(inner(), inner()),
    () =>
      cascade(small, inner(), {
        minConfidence: oneOf(0, 0.2),
        ahead: from(0, 6),
        ...(often(0.5) && { first: from(1, 4) }),
      }),
    () => branches(inner(), inner()),
    () => branches(inner(), inner(), inner()),
    () =>
      jacobi({
        window: from(1, 9),
        ...(often(0.7) && { filler: inner() }),
        ...(often(0.3) && { trust: chance() }),
      }),
  ];
  return oneOf(...(levels > 0 && often(0.75) ? nested : simple))();
}

/** A drafter that has any rows scored besides, of which it makes nothing. */
function scoringAhead({ from, tokens }: Dice, inner: Drafter, size: number): Drafter {
  return {
    ...inner,
    name: `${inner.name}, rows ahead`,
    async start(setup) {
      const drafting = await inner.start(setup);
      return {
        async propose(context) {
          const draft = await drafting.propose(context);
          const ahead = Array.from({ length: from(1, 3) }, () => ({
            behind: from(-1, draft.tokens.length - 1),
            tokens: tokens(from(0, 3), size + 3),
          }));
          return { ...draft, ahead };
        },
        observe: (round) => drafting.observe?.(round),
        close: () => drafting.close?.(),
      };
    },
  };
}

function planOf({ oneOf, from, chance }: Dice): { plan: Plan; words: string } {
  const kind = oneOf("fixed", "fixed", "wide", "adaptive", "own");
  if (kind === "fixed" || kind === "wide") {
    const [length, width] = [from(1, 9), kind === "wide" ? from(2, 4) : 1];
    return { plan: fixedLength(length, width), words: `fixedLength(${length}, ${width})` };
  }
  if (kind === "adaptive") {
    const slope = oneOf(0, 0.01, 0.1, 0.5, chance());
    return { plan: adaptive({ cost: (rows) => 1 + slope * rows, maxDepth: 8 }), words: `adaptive ${slope}` };
  }
  // Odd budgets, and drafts cut at their ends.
  const budgets = Array.from({ length: 5 }, () => ({ nodes: 9 * chance(), depth: 6 * chance() }));
  const keeps = chance();
  let turn = 0;
  const plan: Plan = {
    start: () => ({
      budget: () => budgets[turn++ % budgets.length],
      trim: (draft) => subtree(draft, [...Array(Math.ceil(keeps * draft.tokens.length)).keys()]),
      observe: () => {},
    }),
  };
  return { plan, words: `own, keeps ${keeps.toFixed(2)}` };
}

import {
  type Budget,
  chain,
  type Distribution,
  type Draft,
  type DraftContext,
  type Drafter,
  type DraftSetup,
  decode,
  EMPTY,
  type Encoded,
  fromWeights,
  likeliest,
  type Model,
  type Plan,
  type Round,
  type Token,
  type Verifier,
} from "../../src/core/index.js";
import { fixedLength } from "../../src/plans/index.js";
import { functionModel } from "../../src/targets/index.js";

/** A Markov chain, and one that imitates it badly. */
export const WEIGHTS = [
  [5, 2, 1],
  [2, 2, 3],
  [1, 4, 2],
];
export const GUESSED = [
  [2, 3, 2],
  [3, 1, 2],
  [2, 2, 2],
];

/** Softmax without masks, and the likeliest token for every draw. */
export const context = (more: Partial<DraftContext> & { readonly budget: Budget }): DraftContext => ({
  prompt: [0],
  output: [],
  distribution: (logits) => fromWeights(Array.from(logits, Math.exp)),
  draw: likeliest,
  forced: () => undefined,
  ...more,
});

export const room = (nodes: number, depth = nodes): { readonly budget: Budget } => ({
  budget: { nodes, depth },
});

export const setup = (encoded: Partial<Encoded> = {}, more: Partial<DraftSetup> = {}): DraftSetup => ({
  model: flat(8),
  encoded: { tokens: [0], ...encoded },
  sampling: {},
  shape: "tree",
  ...more,
});

/** A round without a draft that committed these tokens; more of it where a test needs it. */
export const roundOf = (start: number, tokens: readonly Token[], more: Partial<Round> = {}): Round => ({
  start,
  draft: EMPTY,
  proposed: 0,
  verdict: { path: [], next: tokens[tokens.length - 1] },
  tokens,
  target: () => fromWeights([1]),
  logits: () => new Float32Array(0),
  hidden: () => undefined,
  draw: likeliest,
  timing: { draft: 0, target: 0, verify: 0, total: 0 },
  ...more,
});

/** A list that counts how often its elements are read. */
export function counted<T extends object>(list: T): { readonly list: T; reads(): number } {
  let reads = 0;
  const proxy = new Proxy(list, {
    get(from, key) {
      if (typeof key === "string" && /^\d+$/.test(key)) reads++;
      const value = Reflect.get(from, key, from);
      // Methods of arrays read through the proxy, so that they count as well; typed arrays' own do not let it.
      return typeof value === "function" && !Array.isArray(from) ? value.bind(from) : value;
    },
  });
  return {
    list: proxy,
    reads() {
      const count = reads;
      reads = 0;
      return count;
    },
  };
}

/** All tokens alike. */
export const flat = (vocabularySize: number) =>
  functionModel(() => new Float32Array(vocabularySize), { vocabularySize });

/** A model whose row depends on the last token: rows of weights. */
export const markov = (weights: readonly (readonly number[])[]) =>
  functionModel((tokens) => Float32Array.from(weights[tokens[tokens.length - 1]], Math.log), {
    vocabularySize: weights.length,
  });

/** A drafter from a function. */
export const drafterOf = (
  propose: (context: DraftContext) => Draft | Promise<Draft>,
  name = "mine",
): Drafter => ({ name, start: async () => ({ propose }) });

/** Always these tokens, as far as there is room for them. */
export const certainly = (...tokens: Token[]) =>
  drafterOf(({ budget }) => chain(tokens.slice(0, Math.min(budget.nodes, budget.depth))), "certain");

/** Draws from the rows of weights of a Markov chain until `stops` says so, which may look at the last token. */
export const drawing = (
  weights: readonly (readonly number[])[],
  stops: (last: Token, drawn: number) => boolean = () => false,
) =>
  drafterOf(({ prompt, output, budget, distribution, draw }) => {
    const tokens: Token[] = [];
    const drawnFrom: Distribution[] = [];
    let last = [...prompt, ...output].at(-1) ?? 0;
    while (tokens.length < Math.min(budget.nodes, budget.depth) && !stops(last, tokens.length)) {
      const q = distribution(Float32Array.from(weights[last], Math.log), tokens);
      last = draw(q, tokens.length);
      tokens.push(last);
      drawnFrom.push(q);
    }
    return chain(tokens, { drawnFrom });
  }, "drawing");

export interface Runs {
  readonly target: Model;
  readonly verifier: Verifier;
  /** One, or a new one for each run. */
  readonly drafter: Drafter | (() => Drafter);
  readonly encoded?: Encoded;
  readonly plan?: Plan;
  readonly maxTokens: number;
  readonly runs: number;
}

/** Outputs of seeded runs. */
export async function outputs({ runs, drafter, plan = fixedLength(3), encoded, ...settings }: Runs) {
  const all: Token[][] = [];
  for (let seed = 0; seed < runs; seed++) {
    const output: Token[] = [];
    const own = typeof drafter === "function" ? drafter() : drafter;
    const options = { ...settings, drafter: own, plan, encoded: encoded ?? { tokens: [0] }, seed };
    for await (const { tokens } of decode({ ...options, clock: () => 0 })) output.push(...tokens);
    all.push(output);
  }
  return all;
}

/** By how many standard deviations a share is off. */
export const sigmas = (hits: number, runs: number, wanted: number) =>
  Math.abs(hits / runs - wanted) / Math.sqrt((wanted * (1 - wanted)) / runs);

/** Probabilities of each token, `steps` tokens behind `first`, by the rows of weights of a Markov chain. */
export function marginal(weights: readonly (readonly number[])[], first: Token, steps: number): number[] {
  let now: number[] = weights.map((_, token) => (token === first ? 1 : 0));
  for (let step = 0; step < steps; step++) {
    const next = weights.map(() => 0);
    now.forEach((share, token) => {
      const total = weights[token].reduce((a, b) => a + b, 0);
      weights[token].forEach((weight, to) => {
        next[to] += (share * weight) / total;
      });
    });
    now = next;
  }
  return now;
}

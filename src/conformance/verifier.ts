import { decode } from "../core/decode.js";
import { type Distribution, distribution } from "../core/distribution.js";
import { adaptive, fixedLength } from "../core/plan.js";
import type { Sampling } from "../core/sampling.js";
import { chain } from "../core/tree.js";
import type { Draft, Drafter, Encoded, Plan, Rules, Token, Verifier } from "../core/types.js";
import { assert, type Check, enumerate, samplingFloor, totalVariation } from "./check.js";
import { type Toy, toyModel } from "./toy.js";

export interface VerifierCheckOptions {
  /** Runs a case; more see smaller faults. */
  readonly runs?: number;
}

const PROMPT = [0, 1];
const LENGTH = 3;

/** Drafters of every kind a verifier meets: drawn and certain, chains and trees, siblings drawn together and apart. */
export function draftKinds(small: Toy): Record<string, Drafter> {
  return {
    "drawn chain": fromFunction("drawn chain", (committed, depth, { distribution: of, draw }) => {
      const tokens: Token[] = [];
      const drawnFrom: Distribution[] = [];
      while (tokens.length < depth) {
        const q = of(small.logits([...committed, ...tokens]), tokens);
        tokens.push(draw(q, tokens.length));
        drawnFrom.push(q);
      }
      return chain(tokens, { drawnFrom, confidence: drawnFrom.map((q) => q.weights[q.best] / q.total) });
    }),
    "certain chain": fromFunction("certain chain", (committed, depth) => {
      const tokens: Token[] = [];
      while (tokens.length < depth) {
        const row = small.logits([...committed, ...tokens]);
        tokens.push(row.indexOf(Math.max(...row)));
      }
      return chain(tokens);
    }),
    "siblings drawn apart": fromFunction(
      "siblings drawn apart",
      (committed, _depth, { distribution: of, draw }) => {
        const q = of(small.logits(committed));
        const tokens = [draw(q, 0), draw(q, 0)];
        const below = of(small.logits([...committed, tokens[0]]), [tokens[0]]);
        return { tokens: [...tokens, draw(below, 1)], parents: [-1, -1, 0], drawnFrom: [q, q, below] };
      },
    ),
    "siblings drawn without replacement": fromFunction(
      "siblings drawn without replacement",
      (committed, _depth, { distribution: of, draw }) => {
        const first = of(small.logits(committed));
        const a = draw(first, 0);
        const second = dropping(first, a);
        if (!second) return chain([a], { drawnFrom: [first] });
        return { tokens: [a, draw(second, 0)], parents: [-1, -1], drawnFrom: [first, second] };
      },
    ),
    "certain siblings": fromFunction("certain siblings", (_committed, _depth) => ({
      tokens: [2, 0, 1, 1],
      parents: [-1, -1, 0, 1],
    })),
  };
}

function fromFunction(
  name: string,
  propose: (
    committed: Token[],
    depth: number,
    context: Parameters<Awaited<ReturnType<Drafter["start"]>>["propose"]>[0],
  ) => Draft,
): Drafter {
  return {
    name,
    start: async () => ({
      propose: (context) => {
        const draft = propose([...context.prompt, ...context.output], context.budget.depth, context);
        return draft;
      },
    }),
  };
}

function dropping(q: Distribution, token: Token): Distribution | undefined {
  const kept = [...q.tokens.keys()].filter((i) => q.tokens[i] !== token);
  return kept.length
    ? distribution(
        Int32Array.from(kept, (i) => q.tokens[i]),
        Float64Array.from(kept, (i) => q.weights[i]),
      )
    : undefined;
}

export interface Divergence {
  readonly distance: number;
  /** What sampling alone explains. */
  readonly floor: number;
  readonly tokensPerPass: number;
}

/** How far a verifier's output is from the target's exact distribution, over many short runs. */
export async function divergence(
  verifier: Verifier,
  drafter: Drafter,
  {
    target = toyModel(),
    sampling = {},
    rules,
    plan = () => fixedLength(2, 2),
    runs = 20_000,
    hints = { reference: [2, 3, 0] },
  }: DivergenceOptions = {},
): Promise<Divergence> {
  const exact = enumerate(target, PROMPT, LENGTH, sampling, rules);
  const counts = new Map<string, number>();
  let [tokens, passes] = [0, 0];
  const shared = plan();
  for (let seed = 0; seed < runs; seed++) {
    const output: Token[] = [];
    const options = {
      target,
      encoded: { ...hints, tokens: PROMPT },
      verifier,
      drafter,
      plan: shared,
      sampling,
      rules,
    };
    for await (const round of decode({ ...options, seed, maxTokens: LENGTH, clock: () => 0 })) {
      output.push(...round.tokens);
      passes++;
    }
    tokens += output.length;
    counts.set(output.join(), (counts.get(output.join()) ?? 0) + 1);
  }
  return {
    distance: totalVariation(counts, exact),
    floor: samplingFloor(exact, runs),
    tokensPerPass: tokens / passes,
  };
}

interface DivergenceOptions {
  readonly target?: Toy;
  readonly sampling?: Sampling;
  readonly rules?: Rules<unknown>;
  readonly plan?: () => Plan;
  readonly runs?: number;
  /** What a modality hands drafters besides the prompt. */
  readonly hints?: Omit<Encoded, "tokens">;
}

/** Throws, with the figures, when sampling alone does not explain a divergence. */
export function assertExact({ distance, floor }: Divergence, who: string): void {
  const figures = `total variation ${distance.toFixed(4)}, sampling explains ${floor.toFixed(4)}`;
  assert(distance <= floor, `${who} is not lossless: ${figures}`);
}

/** What every verifier promises, by its guarantee: exact distribution for lossless ones, and a visible difference for relaxed ones. */
export function verifierChecks(
  create: () => Verifier,
  { runs = 20_000 }: VerifierCheckOptions = {},
): Check[] {
  const { name: who, guarantee } = create();
  const kinds = draftKinds(toyModel({ unlike: { seed: 9, share: 0.4 } }));
  const chained = kinds["drawn chain"];
  if (typeof guarantee !== "string") {
    return [
      {
        name: "a relaxed verifier is seen to differ",
        async run() {
          const { distance, floor } = await divergence(create(), chained, { runs });
          const figures = `total variation ${distance.toFixed(4)} <= ${floor.toFixed(4)}`;
          assert(distance > floor, `${who} claims to be relaxed, yet ${figures}`);
        },
      },
    ];
  }
  const exact = (name: string, drafter: Drafter, options: DivergenceOptions): Check => ({
    name,
    run: async () => assertExact(await divergence(create(), drafter, { ...options, runs }), who),
  });
  const samplings: Record<string, Sampling> = {
    "temperature 1": {},
    "temperature 0.7, top-k 3, repetition penalty 1.3": { temperature: 0.7, topK: 3, repetitionPenalty: 1.3 },
  };
  const plan = () => adaptive({ cost: (rows) => 1 + 0.3 * rows, maxDepth: 3 });
  return [
    ...Object.entries(kinds).flatMap(([kind, drafter]) =>
      Object.entries(samplings).map(([name, sampling]) =>
        exact(`${kind}, ${name}: the target's distribution`, drafter, { sampling }),
      ),
    ),
    exact("an adaptive plan does not bend the distribution", chained, { plan }),
    exact("masks hold behind drafted tokens", chained, { rules: noRepeats(4) }),
  ];
}

/** Rules under which no token follows itself. */
export const noRepeats = (vocabularySize: number): Rules<unknown> => ({
  start: -1,
  advance: (_, token) => token,
  mask: (last) => Uint32Array.of(((1 << vocabularySize) - 1) & ~(last === -1 ? 0 : 1 << (last as number))),
  ended: () => false,
});

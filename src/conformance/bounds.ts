import { type Distribution, probability } from "../core/distribution.js";
import { createSampler } from "../core/sampling.js";
import { chain } from "../core/tree.js";
import type { Bound, Draft, DraftContext, Token, Verifier } from "../core/types.js";
import { assert, type Check, samplingFloor, totalVariation } from "./check.js";
import { judged, type Sequence } from "./judged.js";

/** Logits of a position; all positions of a run are alike. A drafter that draws has those of the imitation. */
const ROWS = [
  [0.9, 0.6, 0.2, -0.5],
  [2.5, 0.5, -0.5, -2],
];
const IMITATION = [-0.5, 0.9, 0.6, 0.2];
const TOKENS = [0, 1, 2, 3];
const POSITIONS = 3;

/** How a position's guesses come about. */
interface Guesses {
  readonly name: string;
  /** Tokens that may be guessed. */
  readonly tokens: readonly Token[];
  draft(imitation: Distribution, draw: DraftContext["draw"]): Draft;
}

const certainly = (token: Token): Guesses => ({
  name: `the certain guess ${token}`,
  tokens: [token],
  draft: () => chain([token, token, token]),
});

const drawn: Guesses = {
  name: "drawn guesses",
  tokens: TOKENS,
  draft: (q, draw) => chain([draw(q, 0), draw(q, 1), draw(q, 2)], { drawnFrom: [q, q, q] }),
};

const TREES: readonly Guesses[] = [
  {
    name: "certain siblings",
    tokens: TOKENS,
    draft: () => ({ tokens: [2, 0, 1, 3], parents: [-1, -1, 0, 1] }),
  },
  {
    name: "drawn siblings",
    tokens: TOKENS,
    draft: (q, draw) => ({
      tokens: [draw(q, 0), draw(q, 0), draw(q, 1)],
      parents: [-1, -1, 0],
      drawnFrom: [q, q, q],
    }),
  },
];

/** What a verifier made of one kind of guesses at one kind of position. */
interface Outcome {
  readonly where: string;
  readonly row: Float32Array;
  readonly target: Distribution;
  readonly guesses: Guesses;
  /** How often each token came, by position. */
  readonly counts: readonly Map<string, number>[];
  /** The target's probabilities, and how far from them shares may be by chance. */
  readonly exact: ReadonlyMap<string, number>;
  readonly floor: number;
  /** Where guesses are drawn with the positions' noise: guesses that stood, and were not what plain decoding draws. */
  readonly deviations: ReadonlySet<Token>;
  /** Most of those in a row. */
  readonly longest: number;
  readonly differs: boolean;
}

function observe(
  verifier: Verifier,
  row: Float32Array,
  guesses: Guesses,
  temperature: number,
  runs: number,
): Outcome {
  const sampler = createSampler({ temperature });
  const history = { prompt: [0], output: [], path: [] };
  const target = sampler(row, history);
  const imitation = sampler(Float32Array.from(IMITATION), history);
  const counts = Array.from({ length: POSITIONS }, () => new Map<string, number>());
  const deviations = new Set<Token>();
  const noisy = verifier.draws === "noise";
  let differs = false;
  let longest = 0;
  const sequence: Sequence = {
    draft: (_, draw) => guesses.draft(imitation, draw),
    target: () => target,
    logits: () => row,
  };
  for (let seed = 0; seed < runs; seed++) {
    const emitted = judged(verifier, sequence, seed, POSITIONS);
    counts.forEach((count, position) => {
      const key = String(emitted[position].token);
      count.set(key, (count.get(key) ?? 0) + 1);
    });
    if (!noisy) continue;
    let row = 0;
    for (const { token, guessed, plain } of emitted) {
      const isOther = token !== plain();
      if (isOther) differs = true;
      row = isOther && guessed ? row + 1 : 0;
      longest = Math.max(longest, row);
      if (row > 0) deviations.add(token);
    }
  }
  const exact = new Map(TOKENS.map((token) => [String(token), probability(target, token)]));
  const floor = samplingFloor(exact, runs);
  const where = `${guesses.name} before the logits ${Array.from(row, (logit) => logit.toFixed(1))}, temperature ${temperature}`;
  if (!noisy) differs = counts.some((count) => totalVariation(count, exact) > floor);
  return { where, row, target, guesses, counts, exact, floor, deviations, longest, differs };
}

/** The shares of an outcome at each position, and what a bound says of them. */
function assertBound(bound: Bound, outcome: Outcome): void {
  const { where, row, target, guesses, counts, exact, floor, deviations, longest } = outcome;
  const { totalVariation: most, ratio, exactOver, admits, inARow } = bound;
  const say = (what: string) => `${where}: ${what}, sampling explains ${floor.toFixed(4)}`;
  const settled = target.tokens.length === 1;
  for (const count of counts) {
    const runs = [...count.values()].reduce((sum, times) => sum + times, 0);
    const share = (token: Token) => (count.get(String(token)) ?? 0) / runs;
    if (most !== undefined) {
      const distance = totalVariation(count, exact);
      assert(
        distance <= most + floor,
        say(`total variation ${distance.toFixed(4)} where ${most} is the most`),
      );
    }
    if (exactOver) {
      const distance = totalVariation(grouped(count, exactOver), grouped(exact, exactOver));
      assert(
        distance <= floor,
        say(`total variation ${distance.toFixed(4)} of what is to stay exact (exactOver)`),
      );
    }
    for (const token of TOKENS) {
      const p = probability(target, token);
      // Of a single token's probability there is no multiple: there, what is admitted counts.
      if (ratio !== undefined && !(settled && admits))
        assert(
          share(token) <= ratio * p + floor,
          say(
            `token ${token} comes in ${share(token).toFixed(4)} of all cases, of ${p.toFixed(4)} under the target, and ${ratio} times as often is the most`,
          ),
        );
      const mayGain = guesses.tokens.includes(token) && admits?.(token, row, target);
      if (admits && !mayGain)
        assert(
          share(token) <= p + floor,
          say(
            `token ${token}, which is not admitted, comes in ${share(token).toFixed(4)} of all cases, of ${p.toFixed(4)} under the target`,
          ),
        );
    }
  }
  for (const token of deviations)
    assert(!admits || admits(token, row, target), `${where}: guess ${token} stands and is not admitted`);
  assert(
    inARow === undefined || longest <= inARow,
    `${where}: ${longest} guesses in a row stand that plain decoding does not draw, and ${inARow} is the most (inARow)`,
  );
}

function grouped(shares: ReadonlyMap<string, number>, groupOf: (token: Token) => number) {
  const sums = new Map<string, number>();
  for (const [token, share] of shares) {
    const group = String(groupOf(Number(token)));
    sums.set(group, (sums.get(group) ?? 0) + share);
  }
  return sums;
}

/** What relaxed verifiers promise: a bound with a number that holds, and a visible difference from plain decoding. */
export function boundChecks(create: () => Verifier, runs: number): Check[] {
  const { name: who, guarantee, shape } = create();
  const bound = typeof guarantee === "string" ? { bound: guarantee } : guarantee;
  const kinds = [drawn, ...TOKENS.map(certainly), ...(shape === "tree" ? TREES : [])];
  const known = new Map<number, Outcome[]>();
  const outcomes = (temperature: number) => {
    const found =
      known.get(temperature) ??
      ROWS.flatMap((row) =>
        kinds.map((guesses) => observe(create(), Float32Array.from(row), guesses, temperature, runs)),
      );
    known.set(temperature, found);
    return found;
  };
  const admitted = ({ guesses, target, row }: Outcome) =>
    guesses.tokens.some((token) => probability(target, token) < 1 && bound.admits?.(token, row, target));
  const differs = (temperature: number, must: (all: readonly Outcome[]) => boolean): Check => ({
    name: `is seen to differ from plain decoding at temperature ${temperature}`,
    async run() {
      const all = outcomes(temperature);
      assert(
        !must(all) || all.some((outcome) => outcome.differs),
        `${who} says that it is relaxed, yet its output at temperature ${temperature} is plain decoding's`,
      );
    },
  });
  return [
    { name: "states its bound as a number", run: async () => assertStated(bound, who) },
    ...[1, 0].map((temperature) => ({
      name: `keeps its bound at temperature ${temperature}`,
      async run() {
        for (const outcome of outcomes(temperature)) assertBound(bound, outcome);
      },
    })),
    differs(1, () => true),
    // Bounds may leave nothing to differ in where the target has one token; one that admits guesses there does not.
    differs(0, (all) => all.some(admitted)),
  ];
}

function assertStated({ totalVariation: most, ratio, exactOver, admits, inARow }: Bound, who: string): void {
  assert(
    [most, ratio, exactOver, admits, inARow].some((number) => number !== undefined),
    `${who} states no number: say in its guarantee how far it goes (totalVariation, ratio, exactOver, admits or inARow)`,
  );
  assert(
    most === undefined || (most >= 0 && most <= 1),
    `${who}: totalVariation is ${most}, and no total variation is outside 0..1`,
  );
  assert(
    ratio === undefined || (ratio >= 1 && ratio < Number.POSITIVE_INFINITY),
    `${who}: ratio is ${ratio}: a bound is a number of at least 1`,
  );
}

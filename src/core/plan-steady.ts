import type { PassCost } from "./plan.js";
import { NOTHING } from "./plan-rates.js";
import type { Plan } from "./types.js";

/** Tokens a pass brings with drafts of some lengths, ascending, as measured beforehand. */
export type Expectation = readonly (readonly [length: number, tokensPerPass: number])[];

export interface SteadyPlanOptions {
  readonly cost: PassCost;
  readonly expected: Expectation;
  /** Longest draft; the longest length measured if left out. */
  readonly maxDepth?: number;
}

/** What a round's outcome keeps of its weight when the next one comes. */
const MEMORY = 0.99;
/** While nothing is drafted, every so many rounds are tried again. */
const PROBE = 24;

/**
 * For drafters whose guesses take several rounds to settle (Jacobi decoding): a guess far down pays only later, so that what
 * stands this round does not say how far to draft. What a length brings is known beforehand instead; the measured tokens a
 * pass are scaled to how well guesses fared lately, and the length with the most tokens a millisecond is taken.
 */
export function steady({ cost, expected, maxDepth = expected.at(-1)?.[0] ?? 0 }: SteadyPlanOptions): Plan {
  const at = (length: number) => interpolate(expected, length);
  let gained = 0;
  let hoped = 0;
  let draftTime = 0;
  let draftNodes = 1e-3;
  let idle = 0;

  const best = () => {
    // A few rounds' worth of the expectation come first.
    const share = (gained + 60) / (hoped + 60);
    const perNode = draftTime / draftNodes;
    let length = 0;
    let rate = 1 / cost(1);
    for (let i = 1; i <= maxDepth; i++) {
      const here = (1 + share * (at(i) - 1)) / (cost(i + 1) + perNode * i);
      if (here > rate) {
        rate = here;
        length = i;
      }
    }
    return length;
  };

  return {
    budget() {
      const length = best();
      if (length > 0) {
        idle = 0;
        return { nodes: length, depth: length };
      }
      if (++idle % PROBE !== 0) return NOTHING;
      return { nodes: Math.min(4, maxDepth), depth: Math.min(4, maxDepth) };
    },
    trim: (draft) => draft,
    observe({ start, draft, tokens, timing }) {
      const length = draft.tokens.length;
      if (length === 0) return;
      gained = gained * MEMORY + (tokens.length - 1);
      hoped = hoped * MEMORY + (at(length) - 1);
      // A first round reads the prompt as well.
      if (start === 0) return;
      draftTime = draftTime * MEMORY + timing.draft;
      draftNodes = draftNodes * MEMORY + length;
    },
  };
}

/** Straight between points, 1 at length 0, level beyond the last. */
function interpolate(points: Expectation, length: number): number {
  let [r0, t0] = [0, 1];
  for (const [r1, t1] of points) {
    if (length <= r1) return t0 + ((t1 - t0) * (length - r0)) / (r1 - r0);
    [r0, t0] = [r1, t1];
  }
  return t0;
}

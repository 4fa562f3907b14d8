import type { PassCost } from "./plan.js";
import { NOTHING } from "./plan-rates.js";
import type { Plan } from "./types.js";

/** A window of `factor` times what stood lately, and `margin`: measured beforehand, with what it came to. */
export interface Window {
  readonly factor: number;
  readonly margin: number;
  /** Rows a pass scored with it, and tokens it brought, on average. */
  readonly rows: number;
  readonly tokens: number;
}

export interface FollowPlanOptions {
  readonly cost: PassCost;
  readonly windows: readonly Window[];
  /** Most guesses a round. */
  readonly maxDepth?: number;
}

/** What a round's outcome keeps of its weight when the next one comes. */
const MEMORY = 0.9;
/** While nothing is drafted, every so many rounds are tried again. */
const PROBE = 16;

/**
 * For guesses that come in runs (frames that repeat, then one that is new): the window is as long as what stood in the last
 * round suggests. Of windows measured beforehand the one with the most tokens a millisecond on this machine is taken; when
 * guesses hardly stand at all, none.
 */
export function follow({ cost, windows, maxDepth = 144 }: FollowPlanOptions): Plan {
  const [chosen] = windows
    .map((window) => ({ ...window, rate: window.tokens / cost(window.rows) }))
    .sort((a, b) => b.rate - a.rate);
  let stood = maxDepth;
  let tokens = chosen.tokens;
  let time = cost(chosen.rows);
  let idle = 0;
  return {
    budget() {
      if (tokens / time < 1 / cost(1) && ++idle % PROBE !== 0) return NOTHING;
      const depth = Math.max(1, Math.min(maxDepth, Math.round(chosen.factor * stood + chosen.margin)));
      return { nodes: depth, depth };
    },
    trim: (draft) => draft,
    observe({ start, draft, verdict, tokens: fresh, timing }) {
      const drafted = draft.tokens.length;
      if (drafted === 0) return;
      stood = verdict.path.length;
      tokens = tokens * MEMORY + fresh.length * (1 - MEMORY);
      // A first round reads the prompt as well.
      const drafting = start === 0 ? 0 : timing.draft;
      time = time * MEMORY + (cost(drafted + 1) + drafting) * (1 - MEMORY);
    },
  };
}

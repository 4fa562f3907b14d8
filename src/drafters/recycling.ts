import { inRange } from "../core/errors.js";
import type { Round, Token } from "../core/types.js";
import { type PredictiveDrafter, type Predictor, predictive } from "./predict.js";
import { KEPT, type KnownSuccessors, sharedSuccessors } from "./successors.js";
import { type Top, topOf } from "./top.js";
import { RANGES, rangeOf } from "./trust.js";

export interface RecyclingOptions {
  /** Most tokens whose successors are kept: some hundred bytes each. */
  readonly memory?: number;
  /** What another drafter of the same model's tokens has learned (`RecyclingDrafter.known`), an earlier run's say. */
  readonly known?: KnownSuccessors;
}

export interface RecyclingDrafter extends PredictiveDrafter {
  /** What it has learned from the sequences that are over, to start another one with. */
  known(): KnownSuccessors;
}

/** Guesses that fell of which a round's rows are read, the first ones: each takes a look at the whole vocabulary. */
const FALLEN = 2;
/** Best successors stand a little less often than their share says. */
const CHANCE = 0.8;

/**
 * Token Recycling (Luo et al. 2024): for each token the target's own likeliest successors, as they were when the target last
 * scored that token, in a guess that fell too. They cost nothing: the rows are those of the pass. Drafts go from the
 * last token from successor to successor; with room for one guess it is the best successor.
 *
 * The paper's tree is the same every round; this one grows where the successors' shares (in the target's distribution) are
 * largest. Where chains are judged it is the chain of best successors. How often best successors of such a share stood in this
 * sequence says how likely each guess is.
 *
 * What a sequence learns is there for those that start behind its end, and for other runs with `known`.
 *
 * @throws a usage error for a memory below 0, and for known successors that are torn
 *
 * @example
 * const drafter = recycling({ known: earlier });
 * await run(drafter);
 * keep(drafter.known());
 */
export function recycling({ memory = 16_384, known }: RecyclingOptions = {}): RecyclingDrafter {
  const shared = sharedSuccessors(inRange("memory", memory, 0), known);
  return {
    ...predictive("recycling", ({ encoded, model: { vocabularySize } }) => {
      const last = encoded.tokens[encoded.tokens.length - 1];
      return [successorsOf(shared.open(), vocabularySize, last)];
    }),
    known: shared.known,
  };
}

function successorsOf(
  earlier: ReturnType<ReturnType<typeof sharedSuccessors>["open"]>,
  vocabularySize: number,
  lastOfPrompt: Token,
): Predictor<Token> {
  const own = new Map<Token, Top>();
  let last = lastOfPrompt;
  /** In front of the round that runs. */
  let before = last;

  function learn(token: Token, row: () => Float32Array): void {
    // A prompt's last token may be none of the vocabulary, and a model may have no row behind a wrong guess.
    if (!(Number.isInteger(token) && token >= 0 && token < vocabularySize)) return;
    let top: Top;
    try {
      top = topOf(row(), KEPT);
    } catch {
      return;
    }
    // Keys in the order in which they were seen last.
    own.delete(token);
    own.set(token, top);
  }

  return {
    kinds: new Array<number>(RANGES).fill(CHANCE),
    end: () => last,
    step: (_, token) => token,
    predict(token, most) {
      const { tokens, shares } = own.get(token) ?? earlier.table.get(token) ?? { tokens: [], shares: [] };
      // What is known of the best ones goes for the others in proportion.
      const kind = rangeOf(shares[0] ?? 0);
      return tokens.slice(0, most).map((next, i) => ({ token: next, share: shares[i], kind }));
    },
    push(token) {
      last = token;
    },
    observe(round) {
      const { tokens } = round.draft;
      for (const node of worthReading(round))
        learn(node < 0 ? before : tokens[node], () => round.logits(node));
      before = last;
    },
    close: () => earlier.close(own),
  };
}

/** The nodes whose rows are read. Those that stand come last: what they say of a token counts. */
function worthReading({ draft, verdict: { path } }: Round): number[] {
  const standing = new Set(path);
  const fallen = draft.tokens.map((_, node) => node).filter((node) => !standing.has(node));
  return [...fallen.slice(0, FALLEN), -1, ...path];
}

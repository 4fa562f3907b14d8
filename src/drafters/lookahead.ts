import type { Distribution } from "../core/distribution.js";
import { inRange } from "../core/errors.js";
import { chain } from "../core/tree.js";
import type { Draft, DraftContext, Drafter, Round, Token } from "../core/types.js";
import { inVocabulary, roomIn } from "./bounds.js";
import { createTree } from "./merge.js";
import { createNgramPool } from "./ngram-pool.js";
import { redraw } from "./redraw.js";
import { lastToken } from "./text.js";

export interface LookaheadOptions {
  /** Guesses of the Jacobi window. */
  readonly window?: number;
  /** Tokens of an n-gram, its first one included. */
  readonly ngram?: number;
  /** n-grams that are kept of a first token. */
  readonly each?: number;
}

/** A guess of the window. */
interface Guess {
  readonly token: Token;
  /** Undefined: not drawn. */
  readonly from?: Distribution;
  /** The tokens that it was drawn behind, one after the other in as many rounds, and itself. */
  readonly trail: readonly Token[];
}

const fixed = (token: Token): Guess => ({ token, trail: [token] });

/**
 * Lookahead decoding (Fu et al. 2024): a window of guesses is redrawn each round, as in Jacobi decoding; what a place's guess
 * was drawn behind, round after round, makes n-grams, which go into a pool; n-grams of the pool that begin with the last token
 * are proposed.
 *
 * The paper's window has two dimensions: a pass scores the guesses of the last rounds as well, each behind the guess of the round
 * before. Here a pass scores a draft, so there is one row of guesses, each scored behind its neighbours of the same round, and
 * the earlier rounds are remembered only. Where trees are judged, n-grams and window are branches of one draft; where chains
 * are, the newest n-gram takes the window's first places. New places are filled with tokens of prompt and output.
 *
 * An n-gram is proposed a round after its last token was drawn: whether the draws of a round are proposed must not depend on them.
 *
 * @throws usage errors for settings out of their range
 *
 * @example
 * lookahead({ window: 10, ngram: 4 });
 */
export function lookahead({ window = 8, ngram = 4, each = 8 }: LookaheadOptions = {}): Drafter {
  inRange("window", window, 1);
  inRange("ngram", ngram, 2, undefined, { whole: true });
  inRange("each", each, 1, undefined, { whole: true });
  return {
    name: "lookahead",
    async start({ model: { vocabularySize }, shape }) {
      const pool = createNgramPool(each);
      /** n-grams of the latest draws. */
      let fresh: (readonly Token[])[] = [];
      /** Redrawn guesses, and the place in the output of the first of them. */
      let redrawn: readonly Guess[] = [];
      let first = 0;
      /** What was asked for last: guesses in a row behind what is committed. */
      let asked: readonly Guess[] = [];

      /** Guesses for the places behind the output; new ones take tokens from here and there. */
      function windowAt({ prompt, output }: DraftContext, count: number): Guess[] {
        const known = output.length - first;
        const guesses = known < 0 ? [] : redrawn.slice(known, known + count);
        while (guesses.length < count) {
          const at = ((output.length + guesses.length) * STRIDE) % (prompt.length + output.length);
          const token = at < prompt.length ? prompt[at] : output[at - prompt.length];
          // A prompt may hold tokens that no output has.
          guesses.push(fixed(inVocabulary([token], vocabularySize)[0] ?? 0));
        }
        return guesses;
      }

      return {
        propose(context) {
          const ngrams = pool.behind(lastToken(context));
          const room = roomIn(context.budget, window);
          const guesses = windowAt(context, room);
          if (shape === "chain") guesses.splice(0, ngrams[0]?.length ?? 0, ...(ngrams[0] ?? []).map(fixed));
          const chosen = guesses.slice(0, room);
          asked = [...context.output.slice(first).map(fixed), ...chosen];
          return shape === "chain" ? draftOf(chosen) : bush(context, ngrams, chosen);
        },
        observe(round) {
          for (const run of fresh) pool.add(run);
          const behind = nodesOf(round, asked).slice(round.verdict.path.length);
          redrawn = redraw(round, behind).map(({ token, from }, i) => {
            const { trail } = asked[round.verdict.path.length + i];
            return { token, from, trail: [...trail, token].slice(-ngram) };
          });
          fresh = redrawn.map(({ trail }) => trail);
          first = round.start + round.tokens.length;
        },
      };
    },
  };
}

/** A prime: neighbours come from places far apart. */
const STRIDE = 7919;

const draftOf = (guesses: readonly Guess[]): Draft =>
  chain(
    guesses.map(({ token }) => token),
    { drawnFrom: guesses.map(({ from }) => from) },
  );

/** n-grams in up to half of the room, and the window in the rest. */
function bush(
  { budget }: DraftContext,
  ngrams: readonly (readonly Token[])[],
  guesses: readonly Guess[],
): Draft {
  const tree = createTree();
  const nodes = roomIn({ nodes: budget.nodes, depth: budget.nodes });
  const depth = roomIn({ nodes: budget.depth, depth: budget.depth });
  for (const run of ngrams) {
    const room = Math.min(depth, Math.floor(nodes / 2) - tree.size);
    if (room > 0) tree.add(chain(run.slice(0, room)));
  }
  tree.add(draftOf(guesses.slice(0, nodes - tree.size)));
  return tree.draft();
}

/** The nodes of guesses in a row from the root down, as far as they were verified: of equal siblings any will do. */
function nodesOf({ draft }: Round, guesses: readonly Guess[]): number[] {
  const nodes: number[] = [];
  let parents = new Set([-1]);
  for (const { token } of guesses) {
    const next = draft.tokens.flatMap((other, node) =>
      other === token && parents.has(draft.parents[node]) ? [node] : [],
    );
    if (next.length === 0) break;
    nodes.push(next[0]);
    parents = new Set(next);
  }
  return nodes;
}

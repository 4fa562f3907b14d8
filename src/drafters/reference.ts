import { usage } from "../core/errors.js";
import { chain } from "../core/tree.js";
import type { Drafter, Token } from "../core/types.js";
import { inVocabulary, roomIn } from "./bounds.js";
import { followedText } from "./text.js";

export interface ReferenceOptions {
  /** How far from the cursor to look for the place again after a miss. */
  readonly reach?: number;
  /** Most committed tokens compared when looking. */
  readonly memory?: number;
}

/**
 * Follows a whole guess of the output that the modality hands in (a cheap non-autoregressive model's, an earlier version,
 * the input itself). A cursor moves along with the output; where output and reference part, the cursor goes to the nearby
 * place whose last tokens agree best with the last ones committed. Proposals end before a token that the model's vocabulary
 * lacks.
 *
 * @throws a usage error when the modality hands in no reference
 */
export const reference = ({ reach = 8, memory = 12 }: ReferenceOptions = {}): Drafter => ({
  name: "reference",
  async start({ encoded, model: { vocabularySize } }) {
    const guide = encoded.reference;
    if (!guide)
      throw usage('the drafter "reference" needs a reference sequence, and this modality hands in none');
    const text = followedText();
    /** Where the cursor was before each token of the output, and behind the last. */
    const cursors = [0];
    return {
      propose(context) {
        const { prompt, output, budget } = context;
        const before = prompt.length;
        // Whoever asks may have put guesses behind the output last time that did not stand.
        cursors.length = Math.max(0, text.follow(context) - before) + 1;
        for (let place = cursors.length - 1; place < output.length; place++) {
          const cursor = cursors[place];
          cursors.push(
            guide[cursor] === output[place]
              ? cursor + 1
              : nearest(guide, output, place + 1, cursor + 1, reach, memory),
          );
        }
        const cursor = cursors[output.length];
        return chain(inVocabulary(guide.slice(cursor, cursor + roomIn(budget)), vocabularySize));
      },
      observe: text.observe,
    };
  },
});

/** The place in `guide` near `expected` whose preceding tokens best match those of `output` before `end`. */
function nearest(
  guide: readonly Token[],
  output: readonly Token[],
  end: number,
  expected: number,
  reach: number,
  memory: number,
) {
  let best = expected;
  let bestScore = -1;
  for (
    let place = Math.max(0, expected - reach);
    place <= Math.min(guide.length, expected + reach);
    place++
  ) {
    let score = 0;
    for (let back = 1; back <= memory && back <= place && back <= end; back++) {
      // Recent agreement weighs more: an old one says little about where we are now.
      if (guide[place - back] === output[end - back]) score += 1 / (back + 1);
    }
    score -= 0.02 * Math.abs(place - expected);
    if (score > bestScore) {
      bestScore = score;
      best = place;
    }
  }
  return best;
}

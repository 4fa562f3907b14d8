import { chain, EMPTY } from "../core/tree.js";
import type { Drafter } from "../core/types.js";
import { inVocabulary, roomIn } from "./bounds.js";
import { agreement, createContexts } from "./contexts.js";
import { followedText } from "./text.js";
import { LONGEST, trustByMatch } from "./trust.js";

export interface LookupOptions {
  /** Longest and shortest run of last tokens to look for; 32 at most. */
  readonly maxNgram?: number;
  readonly minNgram?: number;
}

/** Longer runs are as good as unique. */
const MOST = 32;

/**
 * Prompt lookup (Saxena 2023; LLMA, Yang et al. 2023): finds where the last few tokens stood before, in the output, the
 * prompt or the modality's reference, and proposes what followed there. Longest match first, then the latest.
 *
 * The prompt is read once and the output as it grows: a round takes some steps for each new token, however long both are. A
 * guess is as likely to stand as guesses behind an equally long match were in this sequence; matches are measured beyond
 * `maxNgram` for that.
 *
 * @example
 * lookup({ maxNgram: 4, minNgram: 2 });
 */
export const lookup = ({ maxNgram = 3, minNgram = 1 }: LookupOptions = {}): Drafter => ({
  name: "lookup",
  async start({ encoded: { reference = [] }, model: { vocabularySize } }) {
    const longest = Math.floor(Math.min(maxNgram, MOST));
    const shortest = Math.max(1, minNgram);
    if (!(longest >= shortest)) return { propose: () => EMPTY };
    const text = followedText();
    const inText = createContexts(text.tokens, longest);
    const inReference = createContexts(reference, longest);
    inReference.grow();
    const trust = trustByMatch();
    return {
      propose(context) {
        const { tokens } = text;
        inText.cut(text.follow(context));
        inText.grow();
        const [here, there] = [inText.find(tokens), inReference.find(tokens)];
        const [source, { place, length }] = here.length >= there.length ? [tokens, here] : [reference, there];
        if (length < shortest) return EMPTY;
        // Prompts and references may hold tokens that no output has.
        const coming = source.slice(place, place + roomIn(context.budget));
        const guesses = inVocabulary(coming, vocabularySize);
        const agreed = agreement(source, place, tokens, tokens.length, LONGEST);
        trust.expect(context.output.length, guesses, agreed);
        return chain(guesses, { confidence: trust.along(agreed, guesses.length) });
      },
      observe(round) {
        text.observe(round);
        trust.observe(round);
      },
    };
  },
});

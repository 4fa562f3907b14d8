import { usage } from "../core/errors.js";
import { once } from "../core/once.js";
import { chain, EMPTY } from "../core/tree.js";
import type { Drafter, Token } from "../core/types.js";
import { inVocabulary, roomIn } from "./bounds.js";
import { agreement, createContexts } from "./contexts.js";
import { followedText } from "./text.js";
import { LONGEST, trustByMatch } from "./trust.js";

export interface SpansOptions {
  /** Documents as tokens. Left out: the modality's reference (`Encoded.reference`). */
  readonly documents?: readonly (readonly Token[])[];
  /** Tokens of the output that must agree before anything is copied. */
  readonly minMatch?: number;
  /**
   * The output is the first document, corrected: it is proposed from its beginning on, and behind an edit from the place
   * behind the edited token, until the output agrees with it again.
   */
  readonly corrects?: boolean;
}

/** Where to copy from: the next place of the documents, and how many tokens before it agree. Place -1: nowhere. */
interface Cursor {
  readonly place: number;
  readonly agreed: number;
}

const NOWHERE: Cursor = { place: -1, agreed: 0 };
/** What stands between documents: copies end there. */
const BORDER = -1;
/** A sentence to be corrected is right in most places: its beginning is as good as if some tokens before it agreed. */
const EXPECTED = 4;
/** Agreements of up to so many tokens are found at once; of the places that have one the best is looked for. */
const DEPTH = 4;
const MOST_PLACES = 64;

/**
 * Copies spans of given documents. LLMA (Yang et al. 2023): where the last tokens of the output stand in a document, what
 * follows there is proposed. With `corrects`, aggressive decoding (Sun et al. 2021): a sentence to be corrected is its own
 * draft, from the first token on.
 *
 * `lookup` looks in prompt and output as well, and each round goes where the longest of a few last tokens stood latest;
 * `reference` supposes that the output goes along with its reference, and always proposes something near where it is. This one
 * looks in documents only and proposes nothing where the output has nothing to do with them. While a copy stands it stays where it
 * is, even if the same tokens stand elsewhere; when it falls, the longest agreement wins, among equals the one nearest to where
 * the copy was.
 *
 * @throws a usage error at the start where there is no document
 *
 * @example
 * spans({ documents: retrieved.map(encode), minMatch: 2 });
 * spans({ documents: [encode(sentence)], corrects: true });
 */
export function spans({ documents, minMatch = 1, corrects = false }: SpansOptions = {}): Drafter {
  const given = once(() => documents && joined(documents));
  return {
    name: "spans",
    async start({ encoded: { reference }, model: { vocabularySize } }) {
      const library = given() ?? (reference && joined([reference]));
      if (!library)
        throw usage(
          'the drafter "spans" needs documents, and this modality hands in no reference: give spans({ documents })',
        );
      const { tokens, find } = library;
      const text = followedText();
      /** Before each token of the output, and behind the last. */
      const cursors: Cursor[] = [corrects ? { place: 0, agreed: EXPECTED } : NOWHERE];
      const trust = trustByMatch();

      /** The cursor behind the first `end` tokens of the output, from the one before the last of them. */
      function move({ place, agreed }: Cursor, output: readonly Token[], end: number): Cursor {
        if (place >= 0 && tokens[place] === output[end - 1]) return { place: place + 1, agreed: agreed + 1 };
        const found = find(output, end, place);
        if (found.agreed >= Math.max(1, minMatch)) return found;
        // An edit most often puts one token in the place of another.
        return corrects && place >= 0 && place < tokens.length ? { place: place + 1, agreed: 0 } : NOWHERE;
      }

      return {
        propose(context) {
          const { prompt, output, budget } = context;
          cursors.length = Math.max(0, text.follow(context) - prompt.length) + 1;
          for (let end = cursors.length; end <= output.length; end++)
            cursors.push(move(cursors[end - 1], output, end));
          const { place, agreed } = cursors[output.length];
          if (place < 0) return EMPTY;
          // No vocabulary has the border.
          const guesses = inVocabulary(tokens.slice(place, place + roomIn(budget)), vocabularySize);
          trust.expect(output.length, guesses, agreed);
          return chain(guesses, { confidence: trust.along(agreed, guesses.length) });
        },
        observe(round) {
          text.observe(round);
          trust.observe(round);
        },
      };
    },
  };
}

/** Documents as one list of tokens, and where ends of the output stand in it. */
interface Library {
  readonly tokens: readonly Token[];
  /** The longest agreement with the first `end` tokens of the output; among equals the one nearest to a place, if there is one. */
  find(output: readonly Token[], end: number, near: number): Cursor;
}

function joined(documents: readonly (readonly Token[])[]): Library {
  const tokens = documents.flatMap((document) => [...document, BORDER]);
  const contexts = createContexts(tokens, DEPTH);
  contexts.grow();
  return {
    tokens,
    find(output, end, near) {
      const { place: latest, length } = contexts.find(output, end);
      let best = NOWHERE;
      const distance = (place: number) => (near < 0 ? place : Math.abs(place - near));
      for (let place = latest, seen = 0; place >= 0 && seen < MOST_PLACES; seen++) {
        const agreed = agreement(tokens, place, output, end, LONGEST);
        const isNearer = agreed === best.agreed && distance(place) < distance(best.place);
        if (agreed > best.agreed || isNearer) best = { place, agreed };
        place = contexts.earlier(place, length);
      }
      return best;
    },
  };
}

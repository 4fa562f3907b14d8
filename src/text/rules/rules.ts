import { failure } from "../../core/errors.js";
import { once } from "../../core/once.js";
import { rangeMask } from "../../core/rules.js";
import type { Rules, Token } from "../../core/types.js";
import { forcedIn } from "./forced.js";
import { END, type Grammar, walk } from "./grammar.js";
import { masksOf } from "./mask.js";
import type { Vocabulary } from "./vocabulary.js";

/**
 * Rules that let a text of a grammar through, and nothing else. The text is complete, and the sequence ended, where nothing
 * more may follow, and behind an end token, which may come wherever the grammar lets the text end.
 */
export function grammarRules(grammar: Grammar, vocabulary: Vocabulary): Rules<unknown> {
  const masks = masksOf(vocabulary);
  const forced = forcedIn(vocabulary);
  const only = once((token: Token) => rangeMask(token, 1, vocabulary.size));
  const rules: Rules<Grammar> = {
    start: grammar,
    advance(state, token) {
      if (vocabulary.isEnd(token)) return END;
      const bytes = vocabulary.bytes(token);
      const next = bytes && walk(state, bytes);
      if (!next) throw failure(`token ${token} was appended to a text in which the rules do not allow it`);
      return next;
    },
    mask(state) {
      const token = forced(state);
      return token === undefined ? masks(state) : only(token);
    },
    ended: (state) => state === END,
  };
  // The first mask takes longest, and is made before the clock of a first round runs.
  rules.mask(grammar);
  return rules as Rules<unknown>;
}

import type { Token } from "../core/types.js";
import { type Automaton, BORDER, createAutomaton } from "./automaton.js";

/**
 * Answers of earlier sequences, for all sequences of a drafter. Those that run see no answer that came behind their start:
 * their drafts do not depend on what else runs at the same time.
 */
export interface Answers {
  /** The answers so far, for a sequence that starts; `close` takes them back, with the sequence's own answer. */
  open(): { readonly automaton: Automaton; close(answer: readonly Token[]): void };
}

/** Share of the limit that may wait while older answers are in use, before it is read all the same. */
const WAITS = 1 / 16;

/** @param limit most tokens that are remembered; the oldest answers are forgotten first */
export function createAnswers(limit: number): Answers {
  /** The newest last. */
  let answers: (readonly Token[])[] = [];
  let waiting: (readonly Token[])[] = [];
  let current = { automaton: createAutomaton(), users: 0 };

  function read(into: Automaton, some: readonly (readonly Token[])[]): Automaton {
    for (const answer of some) for (const token of [...answer, BORDER]) into.push(token);
    return into;
  }

  function take(): void {
    const more = sizeOf(waiting);
    if (more === 0 || (current.users > 0 && more < WAITS * limit)) return;
    answers.push(...waiting);
    if (current.users > 0 || current.automaton.size + more > limit) {
      // An automaton cannot forget: a new one reads the newer half, so that this comes seldom.
      answers = newest(answers, limit / 2);
      current = { automaton: read(createAutomaton(), answers), users: 0 };
    } else read(current.automaton, waiting);
    waiting = [];
  }

  return {
    open() {
      take();
      const mine = current;
      mine.users++;
      return {
        automaton: mine.automaton,
        close(answer) {
          mine.users--;
          if (answer.length > 0 && limit > 0) waiting.push(answer.slice(0, Math.floor(limit / 4)));
        },
      };
    },
  };
}

const sizeOf = (some: readonly (readonly Token[])[]) => some.reduce((sum, { length }) => sum + length + 1, 0);

function newest(some: readonly (readonly Token[])[], most: number): (readonly Token[])[] {
  let first = some.length;
  for (let size = 0; first > 0; first--) {
    size += some[first - 1].length + 1;
    if (size > most) break;
  }
  return some.slice(first);
}

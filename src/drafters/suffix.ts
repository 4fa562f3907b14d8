import { inRange } from "../core/errors.js";
import { firstPath } from "../core/tree.js";
import type { DraftContext, Drafter, Token } from "../core/types.js";
import { createAnswers } from "./answers.js";
import { type Automaton, createAutomaton, type Run } from "./automaton.js";
import { expectation, type Grown, grow, NO_GROWTH, type Successor } from "./grow.js";
import { type MatchTrust, trustByMatch } from "./trust.js";

export interface SuffixOptions {
  /** Most tokens of earlier answers that are remembered, the newest; 0: none. */
  readonly memory?: number;
}

/** Tokens of the prompt that are remembered in front of its answer: what an answer begins with depends on them. */
const LEAD = 8;
/** Matches that are compared in each text, the longest and the next shorter ones. */
const COMPARED = 4;
/** Successors of a guess that a tree may have. */
const WIDTH = 8;

/** A text, what it is trusted in, and the longest end of the sequence that stands in it. */
interface Source {
  readonly automaton: Automaton;
  readonly trust: MatchTrust;
  run: Run;
}

interface State {
  readonly source: Source;
  readonly run: Run;
}

/**
 * SuffixDecoding (Oliaro et al. 2024): finds the longest ends of the sequence in two texts, prompt and output of its own and
 * earlier answers of the drafter, and proposes what followed there by frequency. Of the matches of each text, the longest and
 * some shorter ones, it takes the one of whose guesses most are expected to stand: each has the share of its followers, times the chance
 * that guesses behind a match of this length stood so far. A tree where trees are judged.
 *
 * Answers are remembered by the drafter object, for the sequences that start behind their end. Output never depends on that,
 * only the time does.
 *
 * @throws a usage error for a memory below 0
 *
 * @example
 * const drafter = suffix({ memory: 100_000 }); // one for all prompts
 */
export function suffix({ memory = 65_536 }: SuffixOptions = {}): Drafter {
  const answers = createAnswers(inRange("memory", memory, 0));
  return {
    name: "suffix",
    async start({ encoded: { tokens: prompt }, model: { vocabularySize }, shape }) {
      const earlier = answers.open();
      const answer: Token[] = prompt.slice(-LEAD);
      let committed = 0;
      const own = createAutomaton();
      for (const token of prompt) own.push(token);
      const here: Source = { automaton: own, trust: trustByMatch(), run: own.end() };
      const there: Source = {
        automaton: earlier.automaton,
        trust: trustByMatch(),
        run: follow(earlier.automaton, { state: 0, length: 0 }, answer),
      };

      /** The starting point of the best chain, and that chain. */
      function best({ output, budget }: DraftContext) {
        // Guesses that others put behind the output are matched, and not learned.
        const extra = output.slice(committed);
        let start: State | undefined;
        let chain: Grown = NO_GROWTH;
        let most = 0;
        for (const source of [here, there])
          for (const run of ends(source.automaton, follow(source.automaton, source.run, extra))) {
            const growth = grow({
              budget,
              shape: "chain",
              vocabularySize,
              start: { source, run },
              successors: likeliest,
            });
            const expected = expectation(growth);
            if (expected > most) [start, chain, most] = [{ source, run }, growth, expected];
          }
        return { start, chain };
      }

      return {
        propose(context) {
          const { start, chain } = best(context);
          if (!start) return NO_GROWTH;
          const { budget, output } = context;
          const draft =
            shape === "tree" ? grow({ budget, shape, vocabularySize, start, successors: several }) : chain;
          const { source, run } = start;
          source.trust.expect(output.length, firstPath(draft).tokens, run.length);
          return draft;
        },
        observe(round) {
          const { tokens } = round;
          committed = round.start + tokens.length;
          for (const token of tokens) {
            own.push(token);
            answer.push(token);
          }
          here.run = own.end();
          there.run = follow(there.automaton, there.run, tokens);
          for (const { trust } of [here, there]) trust.observe(round);
        },
        close: () => earlier.close(committed > 0 ? answer : []),
      };
    },
  };
}

const follow = (automaton: Automaton, run: Run, tokens: readonly Token[]) =>
  tokens.reduce((at, token) => automaton.step(at, token), run);

/** The longest end and some shorter ones, without the empty one. */
function ends(automaton: Automaton, run: Run): Run[] {
  const found: Run[] = [];
  for (
    let at: Run | undefined = run;
    at && at.length > 0 && found.length < COMPARED;
    at = automaton.shorter(at)
  )
    found.push(at);
  return found;
}

/** What followed in the state's text, up to so many tokens. */
const followers =
  (most: number) =>
  ({ source, run }: State): Successor<State>[] => {
    const { list, total } = source.automaton.following(run, most);
    const chance = source.trust.of(run.length) / total;
    return list.map(({ token, state, count }) => ({
      token,
      confidence: count * chance,
      state: { source, run: { state, length: run.length + 1 } },
    }));
  };
const likeliest = followers(1);
const several = followers(WIDTH);

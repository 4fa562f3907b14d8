import { inRange } from "../core/errors.js";
import type { Token } from "../core/types.js";
import { createAnswers } from "./answers.js";
import { type Automaton, createAutomaton, type Run } from "./automaton.js";
import { type PredictiveDrafter, type Predictor, predictive } from "./predict.js";
import { kindOfMatch, MATCH_CHANCES } from "./trust.js";

export interface SuffixOptions {
  /** Most tokens of earlier answers that are remembered, the newest; 0: none. */
  readonly memory?: number;
}

/** Tokens of the prompt that are remembered in front of its answer: what an answer begins with depends on them. */
const LEAD = 8;
/** Matches that are compared in each text, the longest and the next shorter ones. */
const COMPARED = 4;

/**
 * SuffixDecoding (Oliaro et al. 2024): finds the longest ends of the sequence in two texts, prompt and output of its own and
 * earlier answers of the drafter, and proposes what followed there by frequency. Of the matches of each text, the longest and
 * some shorter ones, it takes for each guess the surest: a follower has its share of the places, times the chance
 * that what followed a match of this length stood so far. A tree where trees are judged.
 *
 * Answers are remembered by the drafter object, for the sequences that start behind their end. Output never depends on that,
 * only the time does.
 *
 * @throws a usage error for a memory below 0
 *
 * @example
 * const drafter = suffix({ memory: 100_000 }); // one for all prompts
 */
export function suffix({ memory = 65_536 }: SuffixOptions = {}): PredictiveDrafter {
  const answers = createAnswers(inRange("memory", memory, 0));
  return predictive("suffix", ({ encoded: { tokens: prompt } }) => {
    const earlier = answers.open();
    return [ownText(prompt), earlierText(earlier, prompt.slice(-LEAD))];
  });
}

/** Prompt and output. */
function ownText(prompt: readonly Token[]): Predictor<Run> {
  const automaton = createAutomaton();
  for (const token of prompt) automaton.push(token);
  return { ...matches(automaton), end: automaton.end, push: automaton.push };
}

/** @param lead what the answer follows */
function earlierText(
  { automaton, close }: ReturnType<ReturnType<typeof createAnswers>["open"]>,
  lead: readonly Token[],
): Predictor<Run> {
  const answer = lead.slice();
  let run = lead.reduce<Run>(automaton.step, { state: 0, length: 0 });
  return {
    ...matches(automaton),
    end: () => run,
    push(token) {
      answer.push(token);
      run = automaton.step(run, token);
    },
    close: () => close(answer.length > lead.length ? answer : []),
  };
}

/** What followed the longest end of a run that stands in a text, and what followed shorter ones. */
const matches = (automaton: Automaton): Pick<Predictor<Run>, "kinds" | "step" | "predict"> => ({
  kinds: MATCH_CHANCES,
  step: automaton.step,
  predict(run, most) {
    const found = [];
    let ends = 0;
    for (let at: Run | undefined = run; at && at.length > 0 && ends < COMPARED; at = automaton.shorter(at)) {
      const { list, total } = automaton.following(at, most);
      const kind = kindOfMatch(at.length);
      for (const { token, count } of list) found.push({ token, share: count / total, kind });
      ends++;
    }
    return found;
  },
});

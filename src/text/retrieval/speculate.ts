import { failure } from "../../core/errors.js";
import type { Round, Token } from "../../core/types.js";
import { passageIndex } from "./bm25.js";
import type { Passage, Retriever } from "./passages.js";

/** An answer so far. */
export interface Answer {
  readonly tokens: readonly Token[];
  readonly ended: boolean;
}

/** A round of the answer, and the passage that stood before the prompt. */
export interface RetrievedRound {
  readonly round: Round;
  readonly passage: Passage | undefined;
}

/** What speculation saves, and what it costs. */
export interface RetrievalFigures {
  /** Steps of answers: each has its query. */
  readonly steps: number;
  /** Those for which the local passages had the right one. */
  readonly right: number;
  /** Searches of the retriever, each with one query or more. */
  readonly searches: number;
  readonly queries: number;
  /** Tokens that were written behind wrong passages, and thrown away. */
  readonly wasted: number;
}

export type MutableFigures = { -readonly [Name in keyof RetrievalFigures]: RetrievalFigures[Name] };

/** Passages that were found before: they stand in for the retriever. */
export interface LocalPassages {
  add(found: readonly (readonly Passage[])[]): void;
  /** The best for a query; where no word of it is known, the latest. Undefined: there are none. */
  guess(query: string): Passage | undefined;
}

export function localPassages(): LocalPassages {
  const index = passageIndex();
  let latest: Passage | undefined;
  return {
    add(found) {
      for (const passages of found) {
        index.add(passages);
        latest = passages[0] ?? latest;
      }
    },
    guess: (query) => index.find(query, 1)[0] ?? latest,
  };
}

export interface SpeculationParts {
  readonly retriever: Retriever;
  readonly local: LocalPassages;
  /** Most queries that are verified at once; 0: nothing is speculated. */
  readonly stride: number;
  /** Passages that are kept of each query. */
  readonly prefetch: number;
  readonly figures: MutableFigures;
  readonly signal: AbortSignal;
  readonly start: Answer;
  query(answer: Answer): string;
  /** Whether a step can be written behind the passage at all. */
  fits(passage: Passage, answer: Answer): Promise<boolean>;
  /** Writes a step's tokens; the rounds and the answer behind each. */
  write(passage: Passage | undefined, answer: Answer): AsyncIterable<{ round: Round; answer: Answer }>;
}

/** Part of an answer behind a passage that is only guessed. */
interface Step {
  readonly query: string;
  readonly guess: Passage;
  readonly rounds: Round[];
  answer: Answer;
}

/** A search that runs by itself, for the oldest steps: whoever waits for `done` looks at what it found. */
interface Search {
  readonly done: Promise<void>;
  found?: readonly (readonly Passage[])[];
  /** So many of the steps, from the first on, stand behind the passage that was found. */
  right: number;
  error?: unknown;
}

/**
 * Speculative retrieval (RaLMSpec, Zhang et al. 2024): an answer is written in steps, each behind the passage that fits the text so
 * far. Passages found before stand in for the retriever. The queries of several steps are verified in one search, and the next
 * ones are written meanwhile; from the first step on whose passage was another one, the answer is written anew. What
 * comes out is what waiting for the retriever at each step gives.
 *
 * How many queries are verified at once grows by one with each search that found all passages right, up to `stride`, and is one
 * behind a wrong one. That query is asked before its step is written, so that a wrong guess delays nothing.
 */
export async function* speculate(parts: SpeculationParts): AsyncGenerator<RetrievedRound, void, undefined> {
  const { local, stride: most, figures, signal } = parts;
  let { start: answer } = parts;
  /** Behind the answer, the oldest first. */
  const steps: Step[] = [];
  let stride = 1;
  let search: Search | undefined;

  /** A step behind a passage that is known to be the right one. */
  async function* certain(passage: Passage | undefined) {
    figures.steps++;
    for await (const { round, answer: behind } of parts.write(passage, answer)) {
      answer = behind;
      yield { round, passage };
    }
  }

  while (!answer.ended) {
    signal.throwIfAborted();
    if (search?.error) throw search.error;
    if (search?.found) {
      const { found, right } = search;
      search = undefined;
      for (const step of steps.splice(0, right)) {
        figures.steps++;
        figures.right++;
        for (const round of step.rounds) yield { round, passage: step.guess };
        answer = step.answer;
      }
      if (right === found.length) {
        stride = Math.min(most, stride + 1);
        continue;
      }
      for (const { tokens } of steps.splice(0).flatMap(({ rounds }) => rounds))
        figures.wasted += tokens.length;
      stride = 1;
      yield* certain(found[right][0]);
      continue;
    }

    const last = steps.at(-1)?.answer ?? answer;
    const query = parts.query(last);
    const guess = most > 0 && !last.ended && steps.length < 2 * stride ? local.guess(query) : undefined;
    if (guess && (await parts.fits(guess, last))) {
      const step = { query, guess, rounds: [], answer: last };
      steps.push(step);
      // What a running search asks for stands first among the steps.
      if (!search && steps.length >= stride) search = begin(parts, steps);
      await fill(step);
    } else if (search || steps.length > 0) {
      search ??= begin(parts, steps);
      await search.done;
    } else {
      const [passages] = await searched(parts, [query]);
      yield* certain(passages[0]);
    }
  }

  /** Writes a step, unless it is found meanwhile that it, or one before it, stands behind a wrong passage. */
  async function fill(step: Step): Promise<void> {
    for await (const { round, answer: behind } of parts.write(step.guess, step.answer)) {
      step.rounds.push(round);
      step.answer = behind;
      if (search?.error || (search?.found && search.right < search.found.length)) break;
    }
  }
}

function begin(parts: SpeculationParts, asked: readonly Step[]): Search {
  const steps = asked.slice();
  const found = searched(
    parts,
    steps.map(({ query }) => query),
  );
  const search: Search = {
    right: 0,
    done: found.then(
      (all) => {
        const wrong = steps.findIndex(({ guess }, i) => all[i][0]?.id !== guess.id);
        search.found = all;
        search.right = wrong < 0 ? steps.length : wrong;
      },
      (error: unknown) => {
        search.error = error ?? failure("the retriever failed, and did not say why");
      },
    ),
  };
  return search;
}

async function searched(
  { retriever, local, prefetch, figures, signal }: SpeculationParts,
  queries: readonly string[],
): Promise<readonly (readonly Passage[])[]> {
  figures.searches++;
  figures.queries += queries.length;
  const found = await retriever.search(queries, { count: prefetch, signal });
  if (found?.length !== queries.length)
    throw failure(
      `the retriever was asked ${queries.length} queries, and answered ${found?.length ?? "none"}`,
    );
  local.add(found);
  return found;
}

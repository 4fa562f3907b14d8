// What verifiers do to a text: how likely the target itself finds it, how much of plain decoding's it is, and whether it is right.
import { logprobsOf } from "../../dist/text/logprobs.js";
import { share, sum } from "../stats.mjs";
import { forcedRows } from "./forced.mjs";

/** -log p of an answer's tokens under the target at temperature 1, added up, by one pass over the finished answer. */
export async function surprise(target, prompt, tokens) {
  if (tokens.length === 0) return 0;
  const row = await forcedRows(target, prompt, tokens.slice(0, -1));
  const verdict = { path: [...tokens.keys()] };
  const chances = logprobsOf({ tokens, verdict, logits: (node) => row(node + 1) }, 0);
  return -sum(chances.map(({ logprob }) => logprob));
}

/** Tokens that two answers begin with alike. */
export function alike(a, b) {
  const at = a.findIndex((token, i) => token !== b[i]);
  return at < 0 ? a.length : at;
}

/** The last number of a text; undefined: there is none. */
export function finalNumber(text) {
  const last = text.match(/-?\d[\d,]*(?:\.\d+)?/g)?.at(-1);
  return last === undefined ? undefined : Number(last.replaceAll(",", ""));
}

/**
 * The figures of answers beside plain decoding's.
 *
 * @param answers and `plain`: tokens, by item
 * @param surprises of the answers
 * @param right what the last number should be, by item; undefined: no such question
 */
export function quality({ answers, plain, surprises, right, decode }) {
  const tokens = sum(answers.map(({ length }) => length));
  const numbers = answers.map((answer) => finalNumber(decode(answer)));
  const asked = right.flatMap((number, i) => (number === undefined ? [] : [i]));
  return {
    perplexity: Math.exp(sum(surprises) / tokens),
    sameAnswers: share([...answers.keys()], (i) => answers[i].join() === plain[i].join()),
    sameTokens:
      sum(answers.map((answer, i) => alike(answer, plain[i]))) / sum(plain.map(({ length }) => length)),
    asked: asked.length,
    right: asked.filter((i) => numbers[i] === right[i]).length,
    asPlain: asked.filter((i) => numbers[i] === finalNumber(decode(plain[i]))).length,
  };
}

import { quoted } from "../../core/errors.js";
import type { TokenChance } from "../../text/logprobs.js";
import type { TextModel } from "../../text/types.js";
import type { WrittenText } from "../../text/write.js";
import {
  count,
  inSeconds,
  type Report,
  type Row,
  several,
  sumOf,
  type Work,
  type WorkTotals,
} from "../report.js";

/** A finished answer, where it went and what it took, as `--json` has it. */
export interface Answer extends Work, Pick<WrittenText, "text" | "finish" | "stop" | "promptTokens"> {
  readonly file?: string;
  readonly logprobs?: readonly object[];
}

export function answerOf(
  { text, finish, stop, promptTokens, tokens, logprobs, metrics }: WrittenText,
  { decode }: Pick<TextModel, "decode">,
  file?: string,
): Answer {
  const named = ({ token, logprob }: TokenChance) => ({
    token,
    text: decode([token], { special: true }),
    logprob,
  });
  return {
    text,
    file,
    finish,
    stop,
    promptTokens,
    tokens,
    logprobs: logprobs?.map(({ top, ...own }) => ({ ...named(own), top: top.map(named) })),
    metrics,
    decodeTime: 0,
  };
}

/** Tokens a second, of the time that the model took. */
const speedOf = ({ tokens, time }: WorkTotals) => (time.total ? (1000 * tokens) / time.total : 0);

/** "82 tokens in 0.95 s (86 a second), 1.42 tokens a pass" */
export const figuresOf = (sums: WorkTotals) =>
  `${count(sums.tokens, "token")} in ${inSeconds(sums.time.total)} (${speedOf(sums).toFixed(0)} a second), ${sums.tokensPerPass.toFixed(2)} tokens a pass`;

/** Why an answer ends where it does. */
export function endOf({ finish, stop, tokens }: Pick<Answer, "finish" | "stop" | "tokens">): string {
  if (finish === "length") return `cut off after ${count(tokens.length, "token")}`;
  return typeof stop === "string" ? `stopped at ${quoted(stop)}` : "complete";
}

/** @param first milliseconds from the start of the program to the first text */
export function reportOf(answers: readonly Answer[], sums: WorkTotals, first?: number): Report {
  const cut = answers.filter(({ finish }) => finish === "length").length;
  const complete = answers.length - cut;
  const ends =
    answers.length === 1 ? endOf(answers[0]) : `${complete} complete${cut ? `, ${cut} cut off` : ""}`;
  const last: Row[] = first === undefined ? [] : [["first text", inSeconds(first), "after the start"]];
  const prompts = answers.map(({ promptTokens }) => promptTokens);
  return {
    summary: `${several(answers.length, "answer")}${figuresOf(sums)}, ${ends}`,
    rows: [
      ["prompt", String(prompts.at(-1)), "tokens"],
      ["tokens", String(sums.tokens), `in ${count(answers.length, "answer")}, ${ends}`],
      ["tokens a second", speedOf(sums).toFixed(1), ""],
    ],
    last,
    json: {
      ...sums,
      answers: answers.length,
      tokensPerSecond: speedOf(sums),
      firstText: first,
      detail: answers,
    },
  };
}

/** Sums of a batch; its answers are in its file. */
export function batchReport(
  answers: readonly Answer[],
  sums: WorkTotals,
  { of, resumed, file }: { readonly of: number; readonly resumed: number; readonly file: string },
): Report {
  const { rows, json } = reportOf(answers, sums);
  const there = resumed ? ` (${resumed} of them there already)` : "";
  const all = `${count(of, "answer")} in ${file}${there}`;
  return {
    summary: answers.length > 0 ? `${all}: ${figuresOf(sums)}` : `${all}: nothing was left to do`,
    rows: [
      ["prompts", String(sumOf(answers, ({ promptTokens }) => promptTokens)), "tokens"],
      ...rows.slice(1),
    ],
    json: { ...json, answers: of, resumed, file, detail: undefined },
  };
}

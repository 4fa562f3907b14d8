// Half of Spec-Bench's prompts (Xia et al. 2024, Apache-2.0): the first turns, in its six categories.
import { readFileSync } from "node:fs";

/** What Spec-Bench sums up as conversation. */
const CONVERSATION = [
  "writing",
  "roleplay",
  "reasoning",
  "math",
  "coding",
  "extraction",
  "stem",
  "humanities",
];

/** So many prompts of each category, evenly spread; all of them without a number. */
export function specBench(count) {
  const lines = readFileSync(new URL("spec-bench-half.jsonl", import.meta.url), "utf8")
    .trim()
    .split("\n");
  const all = lines.map((line) => {
    const { category, turns, question_id: id } = JSON.parse(line);
    return { id, prompt: turns[0], category: CONVERSATION.includes(category) ? "conversation" : category };
  });
  return categoriesOf(all).flatMap((category) => {
    const its = all.filter((item) => item.category === category);
    const wanted = Math.min(count ?? its.length, its.length);
    return Array.from({ length: wanted }, (_, i) => its[Math.floor(((i + 0.5) * its.length) / wanted)]);
  });
}

/** The answers to the prompts of "math_reasoning" (GSM8K, Cobbe et al. 2021, MIT), by their ids. */
export const mathsAnswers = () =>
  JSON.parse(readFileSync(new URL("spec-bench-answers.json", import.meta.url), "utf8"));

export const categoriesOf = (items) => [...new Set(items.map(({ category }) => category))];

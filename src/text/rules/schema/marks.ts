import { type Grammar, literal } from "../grammar.js";
import type { All } from "./combine.js";
import type { Plan } from "./plan.js";

/** What stands behind commas and colons: one space, as most texts have it, none, or either. */
export type Spaces = "one" | "none" | "optional";

/** What stands between the parts of a value. */
export interface Marks {
  readonly comma: Grammar;
  readonly colon: Grammar;
}

const SPACES: Readonly<Record<Spaces, readonly string[]>> = { one: [" "], none: [""], optional: ["", " "] };

export const marksOf = (spaces: Spaces): Marks => {
  const mark = (text: string) => literal(...SPACES[spaces].map((space) => text + space));
  return { comma: mark(","), colon: mark(":") };
};

/** What the texts of values are made from. */
export interface Build {
  readonly plan: Plan;
  readonly marks: Marks;
  /** The text of a value without parts, such as a name. */
  text(scalar: unknown): string;
  /** Any value that all places allow. */
  value(all: All): Grammar;
}

// What the bench of methods has to do, and what it has done already.
import { isDeepStrictEqual } from "node:util";
import { draftersOf, METHODS } from "../../dist/methods/index.js";

/** Drafters of text, in the order of the methods. */
export const DRAFTERS = [
  ...new Set(
    METHODS.flatMap(draftersOf)
      .filter(({ medium }) => medium === "text")
      .map(({ name }) => name),
  ),
];

/** The drafters that were named, if any were: `a,b`, or one at a time. */
export function chosen(named) {
  const all = named?.flatMap((one) => one.split(","));
  const unknown = all?.find((name) => !DRAFTERS.includes(name));
  if (unknown !== undefined)
    throw new Error(`there is no drafter "${unknown}": choose one of ${DRAFTERS.join(", ")}`);
  return all;
}

/** The report of an earlier run of the same setting without the drafters that are named, which are measured anew; else an empty one. */
export function goOn(earlier, setting, named = []) {
  if (!earlier) return { ...setting, rows: [] };
  const { rows, ceiling, lacking: _, ...its } = earlier;
  if (!isDeepStrictEqual(its, setting)) {
    console.error("the earlier run was of another setting: all is measured anew");
    return { ...setting, rows: [] };
  }
  return { ...setting, ceiling, rows: rows.filter(({ drafter }) => !named.includes(drafter)) };
}

/** Drafters that the model cannot have, by name, and why. */
export async function lacking(model) {
  const reasons = {};
  for (const name of DRAFTERS) {
    try {
      await model.drafter(name);
    } catch (error) {
      reasons[name] = error.message;
    }
  }
  return reasons;
}

/** What is to be measured yet. */
export const left = ({ rows, lacking }, named, temperatures) =>
  DRAFTERS.filter((drafter) => !(drafter in lacking) && (named ?? DRAFTERS).includes(drafter))
    .flatMap((drafter) => temperatures.map((temperature) => ({ drafter, temperature })))
    .filter(
      (work) => !rows.some((row) => row.drafter === work.drafter && row.temperature === work.temperature),
    );

import { type Command, InvalidArgumentError, Option } from "commander";
import { DEVICES } from "../runtime/device.js";
import { number, oneOf } from "./parse.js";

/** What options are made of, and those that every medium has. */

export const SPECULATION = "Speculation:";
export const REPORTS = "Reports:";

export const flag = (flags: string, description: string, conflicts: readonly string[] = []) =>
  new Option(flags, description).conflicts([...conflicts]);

export const value = (
  flags: string,
  description: string,
  parse: (text: string) => unknown,
  conflicts: readonly string[] = [],
) => flag(flags, description, conflicts).argParser(parse);

/** -o, once: of two only one could be meant. */
export const outputOption = (description: string) =>
  new Option("-o, --output <file>", description).argParser((path: string, before: string | undefined) => {
    if (before === undefined) return path;
    throw new InvalidArgumentError(`It was given twice, ${before} and ${path}: one call writes one.`);
  });

export function add(command: Command, group: string, options: readonly Option[]): Command {
  for (const option of options) command.addOption(option.helpGroup(group));
  return command;
}

export const deviceOption = () =>
  value("--device <name>", `${DEVICES.join(" or ")} (default: ${DEVICES[0]})`, oneOf(DEVICES));

export const seedOption = (what: string) =>
  value("--seed <n>", what, number(0, Number.MAX_SAFE_INTEGER, true));

export interface SpeculationWords {
  /** Drafters by name, with what they are. */
  readonly drafters: Readonly<Record<string, string>>;
  readonly bestDrafter: string;
  readonly verifiers: readonly string[];
  readonly checks: string;
  /** Most guesses a pass, and what is done where nobody says how many. */
  readonly most: number;
  readonly length: string;
  /** What the medium calls a token, and what it does. */
  readonly token: string;
  readonly make: string;
}

export function speculationOptions(
  words: SpeculationWords,
  options: { relax?: Option; notCompared: string[] },
) {
  const drafters = Object.entries(words.drafters).map(([name, what]) => `${name} (${what})`);
  return [
    value(
      "--drafter <name>",
      `${drafters.join(", ")} (default: ${words.bestDrafter})`,
      oneOf(Object.keys(words.drafters)),
    ),
    value("--verifier <name>", `${words.checks} (default: identical)`, oneOf(words.verifiers)),
    ...(options.relax ? [options.relax] : []),
    value(
      "--draft-length <n>",
      `guesses a pass, 0 to ${words.most} (default: ${words.length})`,
      number(0, words.most, true),
    ),
    flag("--plain", `no guesses: one ${words.token} a pass`, [
      "drafter",
      "draftLength",
      "verifier",
      "compare",
      ...(options.relax ? ["relax"] : []),
    ]),
    flag(
      "--compare",
      `${words.make} with and without guesses, check that the ${words.token}s agree, print both times`,
      options.notCompared,
    ),
  ];
}

/** @param token what the medium calls a token @param medium what may go to standard output besides */
export const reportOptions = (token: string, medium: string) => [
  flag("--stats", `a table on standard error: ${token}s a pass, acceptance by depth, time by part`, [
    "json",
    "compare",
  ]),
  flag("--json", `the same as a JSON object, on standard output unless ${medium} goes there`),
  flag("-q, --quiet", "nothing but errors and what was asked for"),
];

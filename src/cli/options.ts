import { type Command, InvalidArgumentError, Option } from "commander";
import { hint } from "../core/near.js";
import type { Size } from "../files/pictures/pixels.js";
import { DEVICES } from "../runtime/device.js";

/** What options are made of. Each is declared once, which gives its parsing, its help and the type of its value. */

/** An option that knows by its type what it is called and what it gives. */
type Typed<Name extends string, Value> = Option & { readonly flags: Name; readonly gives?: Value };

/** Options under their headings in the help. */
export type Groups = Readonly<Record<string, readonly Typed<string, unknown>[]>>;

/** `-f, --from-tokens <file>` -> `fromTokens` */
type KeyOf<Name extends string> = Name extends `${string}--${infer Long} <${string}`
  ? Camel<Long>
  : Name extends `${string}--${infer Long}`
    ? Camel<Long>
    : never;
type Camel<Long extends string> = Long extends `${infer Head}-${infer Tail}`
  ? `${Head}${Capitalize<Camel<Tail>>}`
  : Long;

/** The options of a command, parsed. */
export type Flags<All extends Groups> = {
  readonly [One in All[keyof All][number] as KeyOf<One["flags"]>]?: NonNullable<One["gives"]>;
};

/** A command, but for what it does. */
export interface Definition<All extends Groups> {
  readonly name: string;
  readonly argument: readonly [name: string, what: string];
  readonly summary: string;
  readonly description: string;
  readonly options: All;
  /** Behind the options in the help. */
  readonly examples: string;
}

/** As it is, its options known to the type checker one by one. */
export const define = <All extends Groups>(definition: Definition<All>) => definition;

/** Adds a command to the program. */
export function addCommand(
  program: Command,
  { name, argument, summary, description, options, examples }: Definition<Groups>,
): Command {
  const command = program
    .command(name)
    .summary(summary)
    .description(description)
    .argument(...argument);
  for (const [heading, group] of Object.entries(options))
    for (const option of group) command.addOption(option.helpGroup(heading));
  return command.addHelpText("after", examples).helpOption("-h, --help", "this help");
}

export const EXIT_CODES = "Exit codes: 0 done, 1 failed, 2 wrong usage, 130 interrupted.\n";

/** An option that is there or not, or takes any text. @param conflicts names of options that do not go with it */
export const flag = <Name extends string>(
  name: Name,
  description: string,
  conflicts: readonly string[] = [],
) =>
  new Option(name, description).conflicts([...conflicts]) as Typed<
    Name,
    Name extends `${string}<${string}` ? string : boolean
  >;

/** An option whose text is parsed. */
export const value = <Name extends string, Value>(
  name: Name,
  description: string,
  parse: (text: string, before: Value | undefined) => Value,
  conflicts: readonly string[] = [],
) => flag(name, description, conflicts).argParser<Value | undefined>(parse) as unknown as Typed<Name, Value>;

/** An option that may be given several times. @param parse each of its texts */
export const repeated = <Name extends string>(
  name: Name,
  description: string,
  parse: (text: string) => string = (text) => text,
) =>
  value(name, `${description}; may be given several times`, (text, before: readonly string[] | undefined) => [
    ...(before ?? []),
    parse(text),
  ]);

/** -o, once: of two only one could be meant. */
export const outputOption = (description: string) =>
  value("-o, --output <file>", description, (path: string, before: string | undefined) => {
    if (before === undefined) return path;
    throw invalid(`It was given twice, ${before} and ${path}: one call writes one.`);
  });

export const seedOption = (what: string) =>
  value("--seed <n>", what, number(0, Number.MAX_SAFE_INTEGER, true));

export const deviceOption = () =>
  value("--device <name>", `${DEVICES.join(" or ")} (default: ${DEVICES[0]})`, oneOf(DEVICES));

export const temperatureOption = (what: string) => value("--temperature <t>", what, number(0, 100));

/** @param how what a style decides */
export const promptOptions = (how: string) => [
  flag("-f, --file <file>", "prompts from a file, one a line, - for standard input"),
  flag("--style <name>", `${how} (default: by words of the prompt, else the model's own)`),
  flag("--list-styles", "say which styles there are"),
];

/** @param things "pictures of" */
export const countOption = (things: string) =>
  value("-n, --count <n>", `so many ${things} each prompt, 1 to 100 (default: 1)`, number(1, 100, true));

export const sizeOption = () =>
  value(
    "--size <pixels>",
    "512, or 640x480: width and height, 16 to 4096 (default: the model's)",
    sides(16, 4096),
  );

/** @param seed what another one gives */
export const modelOptions = (standard: string, seed: string) => [
  flag("--model <name>", `a model, or the folder of its model.json (default: ${standard})`),
  deviceOption(),
  seedOption(seed),
  temperatureOption("0: always the likeliest token, more: bolder (default: the model's own)"),
];

/** What pictures and films are made of a prompt with; finished tokens have no use for it. */
export const MAKING: readonly string[] = [
  "file",
  "style",
  "count",
  "tokens",
  "seed",
  "temperature",
  "drafter",
  "verifier",
  "relax",
  "draftLength",
  "plain",
  "compare",
  "stats",
  "json",
];

export const quietOption = () => flag("-q, --quiet", "nothing but errors and what was asked for");

interface MakingWords<Drafter extends string, Verifier extends string, More> {
  /** By name, with what they are. */
  readonly drafters: Readonly<Record<Drafter, string>>;
  readonly verifiers: Readonly<Record<Verifier, string>>;
  /** The verifiers in the help. */
  readonly checks?: string;
  /** Whose best drafter is the default. */
  readonly owner: string;
  /** Most guesses a pass, and what is done where nobody says how many. */
  readonly most: number;
  readonly length: string;
  /** What the medium calls a token, and what it does. */
  readonly token: string;
  readonly make: string;
  /** What may go to standard output besides reports. */
  readonly medium: string;
  readonly notCompared: readonly string[];
  /** Behind --verifier. */
  readonly more?: readonly More[];
  /** What --json gives, where that is not what --stats says. */
  readonly json?: string;
}

/** How guesses are made and checked. */
export function speculationOptions<
  Drafter extends string,
  Verifier extends string,
  More extends Typed<string, unknown> = never,
>(words: Omit<MakingWords<Drafter, Verifier, More>, "make" | "medium" | "notCompared" | "json">) {
  const { drafters, verifiers, checks = listed(verifiers), owner, most, token, more = [] } = words;
  return [
    value(
      "--drafter <name>",
      `${listed(drafters)} (default: ${owner} best)`,
      oneOf(Object.keys(drafters) as Drafter[]),
    ),
    value("--verifier <name>", `${checks} (default: identical)`, oneOf(Object.keys(verifiers) as Verifier[])),
    ...more,
    value(
      "--draft-length <n>",
      `guesses a pass, 0 to ${most} (default: ${words.length})`,
      number(0, most, true),
    ),
    flag("--plain", `no guesses: one ${token} a pass`, [
      "drafter",
      "draftLength",
      "verifier",
      "compare",
      "relax",
    ]),
  ];
}

/** What all commands have that make something with a model. */
export function makingOptions<
  Drafter extends string,
  Verifier extends string,
  More extends Typed<string, unknown> = never,
>(words: MakingWords<Drafter, Verifier, More>) {
  const { token, medium } = words;
  const speculation = [
    ...speculationOptions(words),
    flag(
      "--compare",
      `${words.make} with and without guesses, check that the ${token}s agree, print both times`,
      words.notCompared,
    ),
  ];
  const reports = [
    flag("--stats", `a table on standard error: ${token}s a pass, acceptance by depth, time by part`, [
      "json",
      "compare",
    ]),
    flag("--json", words.json ?? `the same as a JSON object, on standard output unless ${medium} goes there`),
    quietOption(),
  ];
  return { "Speculation:": speculation, "Reports:": reports };
}

const listed = (names: Readonly<Record<string, string>>) =>
  Object.entries(names)
    .map(([name, what]) => `${name} (${what})`)
    .join(", ");

const invalid = (message: string) => new InvalidArgumentError(message);

/** Parses a number between two others. */
export function number(low: number, high: number, whole = false) {
  return (text: string) => {
    const value = numeric(text);
    if (value >= low && value <= high && (!whole || Number.isSafeInteger(value))) return value;
    const range = high === Number.MAX_SAFE_INTEGER ? `, ${low} or more` : ` from ${low} to ${high}`;
    throw invalid(`Give a ${whole ? "whole " : ""}number${range}.`);
  };
}

const numeric = (text: string) => (text.trim() === "" ? Number.NaN : Number(text));

/** Takes one of some names. */
export function oneOf<Name extends string>(names: readonly Name[]) {
  return (text: string): Name => {
    const at = names.indexOf(text as Name);
    if (at >= 0) return names[at];
    throw invalid(`${hint(text, names)}Choose one of ${names.join(", ")}.`.replace(/^d/, "D"));
  };
}

/** Parses a rate: a number between two others, or a fraction such as 30000/1001. */
export function rate(low: number, high: number) {
  return (text: string) => {
    const [, above, below] = /^\s*(\d{1,9})\s*\/\s*(\d{1,9})\s*$/.exec(text) ?? [];
    const value = above ? Number(above) / Number(below) : numeric(text);
    if (value >= low && value <= high) return value;
    throw invalid(`Give a number from ${low} to ${high}, or a fraction: 24, 29.97, 30000/1001.`);
  };
}

/** Parses `512` (both sides) or `640x480`. */
export function sides(low: number, high: number) {
  return (text: string): Size => {
    const [, width, height = width] = /^(\d{1,6})(?:x(\d{1,6}))?$/i.exec(text.trim()) ?? [];
    const size = { width: Number(width), height: Number(height) };
    if ([size.width, size.height].every((side) => side >= low && side <= high)) return size;
    throw invalid(`Give pixels from ${low} to ${high}: 512 for a square, 640x480 for width and height.`);
  };
}

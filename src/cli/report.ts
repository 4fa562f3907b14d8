import { addMetrics, type Metrics } from "../core/metrics.js";

/** What the language model did for a sentence, a picture or a clip, and the time of the decoder behind it. */
export interface Work {
  /** All that were decided. */
  readonly tokens: readonly number[];
  readonly metrics: Metrics;
  /** Milliseconds. */
  readonly decodeTime: number;
}

/** Sums over some work. Times are milliseconds. */
export interface WorkTotals extends Omit<Metrics, "time"> {
  /** The language model's by part, the decoder's, and all of them. */
  readonly time: Metrics["time"] & { readonly decoder: number };
}

export function addWork(all: readonly Work[]): WorkTotals {
  const metrics = addMetrics(all.map((work) => work.metrics));
  const decoder = all.reduce((total, { decodeTime }) => total + decodeTime, 0);
  return { ...metrics, time: { ...metrics.time, decoder, total: metrics.time.total + decoder } };
}

/** What a command calls things. */
export interface Words {
  readonly kind: "voice" | "model";
  /** Of several, one on its way is "picture 2 of 3". */
  readonly item?: string;
  readonly tokens: string;
  /** What all is made from. */
  readonly input: string;
  /** What the time outside the language model goes into, where it is worth telling. */
  readonly decoding?: string;
}

/** Facts of a run that are not in its sums: its options with their defaults. */
export interface Setting {
  readonly voice?: string;
  readonly model?: string;
  readonly version: string;
  readonly device: string;
  readonly drafter: string;
  readonly verifier: string;
  readonly relax?: number;
  readonly seed: number;
}

interface Opened {
  readonly name: string;
  readonly device: string;
  readonly manifest: { readonly version: string };
  readonly defaultDrafter: string;
}

interface Asked extends Partial<Pick<Setting, "drafter" | "verifier" | "relax" | "seed">> {
  readonly plain?: boolean;
  readonly draftLength?: number;
}

export const settingOf = (
  { kind }: Words,
  { name, manifest, device, defaultDrafter }: Opened,
  { plain, draftLength, drafter = defaultDrafter, verifier = "identical", relax, seed = 0 }: Asked,
): Setting => ({
  [kind]: name,
  version: manifest.version,
  device,
  drafter: plain || draftLength === 0 ? "none" : drafter,
  verifier,
  relax,
  seed,
});

/** Name, figure and remark. */
export type Row = readonly [name: string, figure: string, remark: string];

/** What a command says of what it made. */
export interface Report {
  /** The line behind every run. */
  readonly summary: string;
  /** Rows of `--stats`: on what was made, and behind those on the work. */
  readonly rows: readonly Row[];
  readonly last?: readonly Row[];
  /** The object of `--json`, besides the setting. */
  readonly json: object;
}

/** The table of `--stats`. */
export function statsTable(
  setting: Setting,
  sums: WorkTotals,
  { rows, last = [] }: Report,
  words: Words,
): string {
  const relax = setting.relax === undefined ? "" : `, relax ${setting.relax}`;
  return columns([
    [words.kind, `${setting[words.kind]} ${setting.version}`, `on ${setting.device}, seed ${setting.seed}`],
    ["drafter", setting.drafter, `${setting.verifier} verification${relax}`],
    ...rows,
    ...workRows(sums, words),
    ...last,
  ]);
}

/** Rows on speculation and time. */
function workRows(sums: WorkTotals, { tokens, decoding }: Words): Row[] {
  const { time } = sums;
  const share = (name: string, ms: number): Row => [
    `  ${name}`,
    inSeconds(ms),
    percent(time.total ? ms / time.total : 0),
  ];
  const depths = sums.byDepth
    .map(({ drafted, accepted }) => Math.round((100 * accepted) / drafted))
    .join(" ");
  return [
    [`${tokens} a pass`, sums.tokensPerPass.toFixed(2), count(sums.passes, "pass", "passes")],
    [
      "acceptance",
      depths ? percent(sums.acceptanceRate) : "none",
      depths ? `by depth: ${depths} %` : "nothing was drafted",
    ],
    ["time", inSeconds(time.total), ""],
    share("target", time.target),
    share("drafter", time.draft),
    share("verifier", time.verify),
    share("rest of loop", time.rest),
    ...(decoding ? [share(decoding, time.decoder)] : []),
  ];
}

export const inSeconds = (ms: number) => `${(ms / 1000).toFixed(2)} s`;
const percent = (share: number) => `${Math.round(100 * share)} %`;
export const count = (number: number, noun: string, many = `${noun}s`) =>
  `${number} ${number === 1 ? noun : many}`;
export const sumOf = <T>(all: readonly T[], of: (one: T) => number) =>
  all.reduce((total, one) => total + of(one), 0);

/** "3 pictures: ", where there are several. */
export const several = (number: number, noun: string) => (number > 1 ? `${number} ${noun}s: ` : "");

/** "256 tokens in 64 passes, 4.0 a pass" */
export const passes = ({ tokens, passes, tokensPerPass }: WorkTotals) =>
  `${count(tokens, "token")} in ${count(passes, "pass", "passes")}, ${tokensPerPass.toFixed(1)} a pass`;

/** Rows below one another; figures end in one column. */
export function columns(rows: readonly Row[]): string {
  const width = (column: number) => Math.max(...rows.map((row) => row[column].length));
  const [names, figures] = [width(0), width(1)];
  return rows
    .map(([name, figure, remark]) =>
      `${name.padEnd(names)}  ${figure.padStart(figures)}  ${remark}`.trimEnd(),
    )
    .join("\n");
}

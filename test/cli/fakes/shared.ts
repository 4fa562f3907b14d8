import { createHash } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { type Round, type Token, usage } from "foretoken/core";

export interface FakeOptions {
  /** Milliseconds that a round takes, and loading. */
  readonly pause?: number;
  readonly load?: number;
  /** Whether guesses change the output, as they never should. */
  readonly differs?: boolean;
}

type Part<T> = T extends (...args: infer A) => infer R
  ? (...args: A) => Part<R>
  : T extends Promise<infer V>
    ? Promise<Part<V>>
    : T extends AsyncGenerator<infer V>
      ? AsyncGenerator<Part<V>>
      : T extends object
        ? { readonly [K in keyof T]?: Part<T[K]> }
        : T;

/** So much of something as the commands touch. */
export const faked = <T>(part: Part<T>): T => part as T;

/** Bytes that all of the values have a say in. */
export const bytesOf = (...values: unknown[]) => createHash("sha512").update(JSON.stringify(values)).digest();

/** Finds models by name. */
export function finder<M>(names: readonly string[], manifest: (name: string) => M) {
  return (name: string) => {
    if (!names.includes(name)) throw usage(`there is no model folder ${name}`);
    return { manifest: manifest(name) };
  };
}

/** Reads prompts, to words: those that begin with zz are not known. */
export const reader = (near: string) => ({
  styles: ["fluent-emoji-flat", "noto"],
  read(prompt: string) {
    const words = prompt.toLowerCase().match(/[a-z]+/g) ?? [];
    const unknown = words.filter((word) => word.startsWith("zz"));
    if (unknown.length === words.length)
      throw usage(`no word of ${JSON.stringify(prompt)} is known; near ones: ${near}`);
    return { words, notes: unknown.map((word) => `"${word}" is left out`) };
  },
  wordless(style?: string) {
    if (style && !["flat", "fluent-emoji-flat", "noto"].includes(style))
      throw usage(`there is no style ${style}`);
    return { words: [], notes: [] };
  },
});

/** A prompt's words, read already or not. */
export const wordsOf = (prompt?: string | { readonly words: readonly string[] }) =>
  typeof prompt === "object" ? prompt.words.join(" ") : prompt;

export const STYLES = { default: "noto", aliases: { flat: "fluent-emoji-flat" }, words: {} };

/** A square of cells in their colours, `columns` a row and `size` pixels a side. */
export function paintCells(
  colours: readonly (readonly number[])[],
  columns: number,
  size: number,
): Uint8Array {
  const [width, channels] = [columns * size, colours[0].length];
  const data = new Uint8Array(width * width * channels);
  for (let y = 0; y < width; y++)
    for (let x = 0; x < width; x++)
      data.set(colours[Math.floor(y / size) * columns + Math.floor(x / size)], (y * width + x) * channels);
  return data;
}

/** Codes of pictures and frames: from 0, which is nothing, up to this. */
export const CODES = 64;

interface Rounds {
  readonly drafter?: unknown;
  readonly onRound?: (round: Round) => void;
  readonly signal?: AbortSignal;
}

/** Rounds of 1.25 ms that bring `goal`, four tokens each: of the guesses three stand, one falls, and `open` ones are not looked at. */
export async function* rounds(
  goal: readonly Token[],
  { drafter, onRound, signal }: Rounds,
  pause?: number,
  open: readonly Token[] = [],
): AsyncGenerator<Round> {
  const plain = drafter === "none";
  for (let start = 0, end = 0; start < goal.length; start = end) {
    await rest(pause, signal);
    const tokens = goal.slice(start, start + (plain ? 1 : 4));
    end = start + tokens.length;
    const last = tokens[tokens.length - 1];
    const guesses = plain ? [] : [...tokens.slice(0, 3), (last + 1) % CODES, ...open];
    const round = faked<Round>({
      start,
      tokens,
      draft: { tokens: guesses, parents: guesses.map((_, i) => i - 1) },
      verdict: { path: guesses.slice(0, tokens.length - 1).map((_, i) => i), next: last },
      timing: { draft: 0.1, target: 1, verify: 0.1, total: 1.25 },
      finish: end === goal.length ? "length" : undefined,
    });
    onRound?.(round);
    yield round;
  }
}

/** Waits, if there is a time to wait for, and ends at once when it is aborted. */
export async function rest(pause?: number, signal?: AbortSignal): Promise<void> {
  signal?.throwIfAborted();
  if (pause !== undefined) await sleep(pause, undefined, { signal }).catch(() => signal?.throwIfAborted());
}

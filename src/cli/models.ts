import { usage } from "../core/errors.js";
import { hint } from "../core/near.js";
import { send } from "../files/stream.js";
import type { OpenOptions } from "../medium/open.js";
import type { Device } from "../runtime/ort.js";
import { type Host, orAbort } from "./host.js";
import type { Call } from "./make.js";

/** A medium's models, as far as choosing and opening one needs it. */
export interface Models<Model> {
  readonly kind: "voice" | "model";
  readonly standard: string;
  readonly list: () => readonly string[];
  readonly find: (name: string) => unknown;
  readonly load: (name: string, options: OpenOptions) => Promise<Model>;
}

/** @throws a usage error that names near ones for a model that is not there, before anything is loaded */
export function chooseModel(
  name: string | undefined,
  { kind, standard, list, find }: Omit<Models<unknown>, "load">,
): string {
  const chosen = name ?? standard;
  const names = /[/\\]|^\./.test(chosen) ? [] : list();
  if (names.length && !names.includes(chosen)) {
    const folder = kind === "voice" ? " with --model" : `, such as ./${chosen}`;
    throw usage(
      `there is no ${kind} ${chosen}: ${hint(chosen, names)}choose one of ${names.join(", ")}, or give a folder${folder}`,
    );
  }
  find(chosen);
  return chosen;
}

export function openModel<Model>(
  name: string,
  { load }: Models<Model>,
  { flags: { device }, host, talk }: Call<{ readonly device?: Device }, unknown>,
): Promise<Model> {
  const warn = (line: string) => talk.note(`foretoken: ${line}`);
  return orAbort(load(name, { device, warn }), host.signal);
}

/** Lines on standard output. */
export const sendLines = (lines: readonly string[], { stdout }: Host) =>
  send(stdout, Buffer.from(`${lines.join("\n")}\n`), "standard output");

/** Names on standard output, with what there is to know of each. */
export function sendNames(
  names: readonly string[],
  remark: (name: string) => string,
  host: Host,
): Promise<void> {
  const width = Math.max(...names.map((name) => name.length));
  return sendLines(
    names.map((name) => `${name.padEnd(width)}  ${remark(name)}`.trimEnd()),
    host,
  );
}

interface Styled {
  readonly styles: readonly string[];
  readonly manifest: {
    readonly styles?: { readonly default: string; readonly aliases: Readonly<Record<string, string>> };
  };
}

/** The styles on standard output, shorter names behind them. */
export function listStyles({ styles, manifest: { styles: named } }: Styled, host: Host): Promise<void> {
  const remark = (name: string) => {
    const short = Object.entries(named?.aliases ?? {}).flatMap(([alias, style]) =>
      style === name ? [alias] : [],
    );
    const also = short.length ? [`also ${short.join(", ")}`] : [];
    const standard = name === (named?.default ?? styles[0]) ? ["the default"] : [];
    return [...also, ...standard].join("; ");
  };
  return sendNames(styles, remark, host);
}

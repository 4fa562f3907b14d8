import { usage } from "../core/errors.js";
import { hint } from "../core/near.js";
import { send } from "../files/stream.js";
import type { Device } from "../runtime/ort.js";
import { orAbort } from "./errors.js";
import type { Host, Talk } from "./host.js";

/** A medium's models, as far as choosing one needs it. */
export interface Models {
  readonly standard: string;
  readonly list: () => readonly string[];
  readonly find: (name: string) => unknown;
}

/** @throws a usage error that names near ones for a model that is not there, before anything is loaded */
export function checkModel(model: string | undefined, { standard, list, find }: Models): string {
  const name = model ?? standard;
  const names = /[/\\]|^\./.test(name) ? [] : list();
  if (names.length && !names.includes(name)) {
    throw usage(
      `there is no model ${name}: ${hint(name, names)}choose one of ${names.join(", ")}, or give a folder, such as ./${name}`,
    );
  }
  find(name);
  return name;
}

type Load<Model> = (
  name: string,
  options: { device?: Device; warn: (line: string) => void },
) => Promise<Model>;

export function openModel<Model>(
  name: string,
  load: Load<Model>,
  { device }: { readonly device?: Device },
  { signal }: Host,
  talk: Talk,
): Promise<Model> {
  const warn = (line: string) => talk.note(`foretoken: ${line}`);
  return orAbort(load(name, { device, warn }), signal);
}

/** Names on standard output, a line each. */
export const sendNames = (names: readonly string[], { stdout }: Host) =>
  send(stdout, Buffer.from(`${names.join("\n")}\n`), "standard output");

interface Styled {
  readonly styles: readonly string[];
  readonly manifest: {
    readonly styles?: { readonly default: string; readonly aliases: Readonly<Record<string, string>> };
  };
}

/** The names on standard output, shorter ones behind them. */
export function listStyles({ styles, manifest: { styles: named } }: Styled, host: Host): Promise<void> {
  const width = Math.max(...styles.map((name) => name.length));
  const lines = styles.map((name) => {
    const short = Object.entries(named?.aliases ?? {}).flatMap(([alias, style]) =>
      style === name ? [alias] : [],
    );
    const remarks = [
      ...(short.length ? [`also ${short.join(", ")}`] : []),
      ...(name === (named?.default ?? styles[0]) ? ["the default"] : []),
    ];
    return `${name.padEnd(width)}  ${remarks.join("; ")}`.trimEnd();
  });
  return sendNames(lines, host);
}

import { NEEDS } from "./needs.js";
import type { Media, Medium, Need } from "./types.js";

/** A drafter of a model: what it needs besides the target, and whether that is there. */
export interface Ready extends Pick<Need, "what" | "taught"> {
  readonly ready: boolean;
  /** Bytes of its files. */
  readonly bytes: number;
  /** How to come by what is missing. */
  readonly get?: string;
}

/**
 * Whether a model can have a drafter, from what its manifest says: nothing is loaded.
 *
 * @example
 * readyOf("text", "eagle", findTextModel("smollm2").manifest).ready;
 */
export function readyOf<M extends Medium>(
  medium: M,
  drafter: Media[M]["drafter"],
  manifest: Media[M]["manifest"],
): Ready {
  const {
    what,
    sections = [],
    inTarget,
    optional,
    get,
    taught,
  }: Need<Media[M]["manifest"]> = NEEDS[medium][drafter];
  const has = sections.every((name) => manifest[name] !== undefined);
  const targetHas = !inTarget || inTarget(manifest.target) !== undefined;
  const ready = what !== "a datastore" && targetHas && (has || optional === true);
  const own = Object.entries(manifest.files).filter(([file]) =>
    sections.some((name) => file.startsWith(`${name}.`)),
  );
  const bytes = own.reduce((sum, [, file]) => sum + file.bytes, 0);
  return { what, ready, bytes, ...(ready ? {} : { get }), taught };
}

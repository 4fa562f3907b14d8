import { readFileSync } from "node:fs";
import { failure } from "../core/errors.js";
import type { NgramTable } from "../drafters/ngrams.js";
import type { NgramManifest } from "./manifest.js";

/** Bytes of a slot: check and token of two bytes, share of one; all checks come first, then all tokens, then all shares. */
const SLOT = 5;

/** @throws a failure that names a file which is no such table */
export function readNgramTable(path: string, { order }: Pick<NgramManifest, "order">): NgramTable {
  // A copy: the bytes of a Buffer need not begin where such arrays may.
  const { buffer, length } = Uint8Array.from(readFileSync(path));
  const slots = length / SLOT;
  if (!Number.isInteger(slots) || slots === 0)
    throw failure(`${path} has ${length} bytes: a table of n-grams has ${SLOT} for each slot`);
  return {
    order,
    checks: new Uint16Array(buffer, 0, slots),
    tokens: new Uint16Array(buffer, 2 * slots, slots),
    shares: new Uint8Array(buffer, 4 * slots, slots),
  };
}

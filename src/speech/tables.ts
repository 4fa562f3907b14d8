import { readFileSync } from "node:fs";
import { failure } from "../core/errors.js";

/** IEEE 754 half precision -> number. */
function half(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

export interface ArrayPlace {
  readonly name: string;
  readonly shape: readonly number[];
  /** Bytes from the start of the file. */
  readonly offset: number;
}

/** Reads named float16 arrays (little-endian) as float32. */
export function readTables(path: string, places: readonly ArrayPlace[]): Record<string, Float32Array> {
  const file = readFileSync(path);
  const tables: Record<string, Float32Array> = {};
  const known = new Float32Array(65536);
  for (let bits = 0; bits < 65536; bits++) known[bits] = half(bits);
  for (const { name, shape, offset } of places) {
    const size = shape.reduce((product, side) => product * side, 1);
    if (offset + size * 2 > file.length)
      throw failure(`${path} ends before its array "${name}" does: it is torn; fetch the model anew`);
    const values = new Float32Array(size);
    for (let i = 0; i < size; i++) values[i] = known[file[offset + 2 * i] | (file[offset + 2 * i + 1] << 8)];
    tables[name] = values;
  }
  return tables;
}

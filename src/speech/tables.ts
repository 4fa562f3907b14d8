import { readFileSync } from "node:fs";
import { failure } from "../core/errors.js";

/** IEEE 754 half precision -> single precision, both as bits; for numbers, not for infinities. */
function widen(bits: number): number {
  const sign = (bits & 0x8000) << 16;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent > 0) return sign | ((exponent + 112) << 23) | (fraction << 13);
  if (fraction === 0) return sign;
  // A subnormal half is a normal single: shift its first one-bit out.
  const shift = Math.clz32(fraction) - 21;
  return sign | ((113 - shift) << 23) | (((fraction << shift) & 1023) << 13);
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
  for (const { name, shape, offset } of places) {
    const size = shape.reduce((product, side) => product * side, 1);
    if (offset + size * 2 > file.length)
      throw failure(`${path} ends before its array "${name}" does: it is torn; fetch the model anew`);
    const values = new Float32Array(size);
    const bits = new Int32Array(values.buffer);
    for (let i = 0; i < size; i++) bits[i] = widen(file[offset + 2 * i] | (file[offset + 2 * i + 1] << 8));
    tables[name] = values;
  }
  return tables;
}

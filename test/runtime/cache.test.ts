import { describe, expect, it } from "vitest";
import { createCache } from "../../src/runtime/index.js";

const shape = { layers: 2, keyValueHeads: 2, headSize: 3 };
const width = 2 * 2 * 2 * 3;

/** A row whose every number says where it belongs. */
const row = (place: number) => Array.from({ length: width }, (_, i) => place * 1000 + i);

describe("the key/value cache", () => {
  it("keeps rows in place as it grows", () => {
    const cache = createCache(shape);
    cache.write(Float32Array.from([...row(1), ...row(2)]), 0, 10, 0);
    cache.write(Float32Array.from([...row(1), ...row(2)]), 1, 255, 0);
    const before = cache.capacity;
    expect(cache.reserve(before)).toBe(false);
    expect(cache.reserve(before + 1)).toBe(true);
    expect(cache.capacity).toBe(before * 2);
    const at = (array: number, head: number, place: number) => [
      ...cache.past[array].subarray(
        (head * cache.capacity + place) * 3,
        (head * cache.capacity + place + 1) * 3,
      ),
    ];
    // Order of a row: key 0 (head 0, head 1), value 0, key 1, value 1.
    expect(at(0, 0, 10)).toEqual([1000, 1001, 1002]);
    expect(at(0, 1, 10)).toEqual([1003, 1004, 1005]);
    expect(at(3, 1, 255)).toEqual([2021, 2022, 2023]);
  });

  it("copies without sharing", () => {
    const cache = createCache(shape);
    const copy = cache.copy(0);
    copy.write(Float32Array.from(row(3)), 0, 0, 0);
    expect(cache.past[0][0]).toBe(0);
    expect(copy.past[0][0]).toBe(3000);
  });
});

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
    const copy = cache.copy(0, 0);
    copy.write(Float32Array.from(row(3)), 0, 0, 0);
    expect(cache.past[0][0]).toBe(0);
    expect(copy.past[0][0]).toBe(3000);
  });

  it("copies the rows of one sequence, and no more room than they need", () => {
    const cache = createCache(shape, 2);
    cache.reserve(600);
    for (let place = 0; place < 600; place++) cache.write(Float32Array.from(row(place)), 0, place, 1);
    const copy = cache.copy(1, 300);
    expect([copy.batch, copy.capacity]).toEqual([1, 512]);
    const own = cache.share(cache.past[3], 1);
    for (const head of [0, 1])
      for (const place of [0, 299]) {
        const [from, to] = [(head * cache.capacity + place) * 3, (head * copy.capacity + place) * 3];
        expect(own[from]).toBeGreaterThan(0);
        expect(copy.past[3].slice(to, to + 3)).toEqual(own.slice(from, from + 3));
      }
    expect(copy.past[3][300 * 3]).toBe(0);
  });
});

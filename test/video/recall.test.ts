import { describe, expect, it } from "vitest";
import type { Token } from "../../src/core/index.js";
import type { Layout } from "../../src/video/index.js";
import { recalling } from "../../src/video/recall.js";
import type { StoredPiece } from "../../src/video/store.js";

const BLANK = 0;
const SIDE = 5;
const clip = { frames: 3, rows: SIDE, columns: SIDE, fps: 12, blank: BLANK };
const layout = { lead: 1, cells: SIDE * SIDE } as Layout;
const PROMPT = [9, 9];
/** A thing of four cells around its middle, upright and turned. */
const upright: StoredPiece = { rows: 2, columns: 2, down: -1, right: -1, tokens: [1, 2, 3, 4] };
const turned: StoredPiece = { rows: 2, columns: 2, down: -1, right: -1, tokens: [5, 6, 7, 8] };

const even = new Float32Array(10);
const likeliest = (row: Float32Array) => row.indexOf(Math.max(...row));
const chance = (row: Float32Array, token: Token) =>
  Math.exp(row[token]) / row.reduce((sum, logit) => sum + Math.exp(logit), 0);

function memory(expected: (frame: number) => readonly StoredPiece[] | undefined, share = 0.98) {
  const pieces = [upright, turned];
  const adjust = recalling({ layout, clip, prompt: PROMPT.length, expected, sides: true, pieces, share });
  return (output: readonly Token[], row = even) => {
    const all = [...PROMPT, 7, ...output];
    return adjust(row, { length: all.length, slice: (start, end) => all.slice(start, end) });
  };
}

/** A frame with a piece, its upper left cell there. */
function frame({ tokens }: StoredPiece, row: number, column: number): Token[] {
  const cells = new Array<Token>(SIDE * SIDE).fill(BLANK);
  tokens.forEach((token, i) => {
    cells[(row + Math.floor(i / 2)) * SIDE + column + (i % 2)] = token;
  });
  return cells;
}

describe("recalling", () => {
  it("begins a thing as it is remembered, and leaves open where", () => {
    const row = Float32Array.from([2, 0, 1, 0, 0, 0, 0, 0, 0, 0]);
    const changed = memory(() => [upright])([0, 0], row);
    expect(chance(changed, 1) / (1 - chance(changed, BLANK))).toBeGreaterThan(0.97);
    expect(chance(changed, BLANK)).toBeCloseTo(chance(row, BLANK), 5);
  });

  it("goes on with what began, and begins nothing else", () => {
    const recall = memory(() => [upright]);
    const first = frame(upright, 1, 2);
    for (let known = first.indexOf(1) + 1; known < first.length; known++)
      expect(likeliest(recall(first.slice(0, known))), `cell ${known}`).toBe(first[known]);
  });

  it("puts later poses around the same middle", () => {
    const recall = memory((at) => [at === 0 ? upright : turned]);
    const film = [...frame(upright, 1, 2), ...frame(turned, 1, 2)];
    for (let known = SIDE * SIDE; known < film.length; known++)
      expect(likeliest(recall(film.slice(0, known))), `cell ${known}`).toBe(film[known]);
  });

  it("puts the first of two things on the left", () => {
    const recall = memory(() => [upright, turned]);
    const row = Float32Array.from([0, 1, 1, 1, 1, 1, 1, 1, 1, 1]);
    expect(likeliest(recall([0], row))).toBe(1);
    expect(likeliest(recall([0, 0, 0], row))).toBe(5);
  });

  it("is silent where nothing is expected and nothing agrees", () => {
    const recall = memory(() => undefined);
    expect(recall([0, 0, 0])).toEqual(even);
    expect(recall([0, 1, 0])).toEqual(even);
  });

  describe("of what the model rules out", () => {
    const NEVER = Number.NEGATIVE_INFINITY;
    const without = (...tokens: Token[]) =>
      even.map((logit, token) => (tokens.includes(token) ? NEVER : logit));

    it("makes nothing possible, and no NaN", () => {
      const row = without(1, 2, 3, 4);
      // Where it begins, where it goes on, and where it stands later on, turned.
      const [begins, turns] = [memory(() => [upright]), memory((at) => [at === 0 ? upright : turned])];
      const one = frame(upright, 1, 2);
      const rows = [begins([0, 0], row), begins(one.slice(0, one.indexOf(1) + 1), row)];
      for (const changed of rows) {
        expect([...changed].some(Number.isNaN)).toBe(false);
        expect([...changed].map((logit) => logit === NEVER)).toEqual(
          [...row].map((logit) => logit === NEVER),
        );
      }
      expect(rows[1]).toEqual(row);
      const all = without(5, 6, 7, 8);
      for (let known = SIDE * SIDE; known < 2 * SIDE * SIDE; known++)
        expect([...turns([...one, ...frame(turned, 1, 2)].slice(0, known), all)].some(Number.isNaN)).toBe(
          false,
        );
    });

    it("believes the other votes", () => {
      const recall = memory((at) => (at === 0 ? [upright] : undefined));
      const changed = recall([0, 0], without(1));
      expect(changed[1]).toBe(NEVER);
      const two = memory(() => [upright, { ...turned, tokens: [1, 6, 7, 8] }]);
      const voted = two([0, 1], without(2));
      expect(voted[2]).toBe(NEVER);
      expect(likeliest(voted)).toBe(6);
    });
  });
});

import { describe, expect, it } from "vitest";
import type { DraftContext, Encoded, Token } from "../../src/core/index.js";
import { gridLookup } from "../../src/drafters/index.js";

const ROWS = 5;
const COLUMNS = 6;
const CELLS = ROWS * COLUMNS;
const BLANK = 9;

/** A frame with an L of different tokens whose corner is at (row, column). */
function frame(row: number, column: number): Token[] {
  const cells = new Array<Token>(CELLS).fill(BLANK);
  const put = (down: number, right: number, token: Token) => {
    const [r, c] = [row + down, column + right];
    if (r >= 0 && r < ROWS && c >= 0 && c < COLUMNS) cells[r * COLUMNS + c] = token;
  };
  put(0, 0, 1);
  put(1, 0, 2);
  put(1, 1, 3);
  return cells;
}

async function guess(output: readonly Token[], depth: number, more: Partial<Encoded> = {}) {
  const drafting = await gridLookup({ blank: BLANK }).start({
    model: { vocabularySize: 10 } as never,
    encoded: { tokens: [0], grid: [9, ROWS, COLUMNS], ...more },
    sampling: {},
    shape: "tree",
  });
  const context = { output, prompt: [0], budget: { nodes: depth, depth } } as unknown as DraftContext;
  return [...(await drafting.propose(context)).tokens];
}

describe("gridLookup", () => {
  it("goes on with a motion by whole cells", async () => {
    const film = [frame(1, 0), frame(1, 1), frame(1, 2), frame(1, 3)];
    expect(await guess(film.slice(0, 3).flat(), CELLS)).toEqual(film[3]);
  });

  it("finds a period, and a swing back", async () => {
    const still = frame(1, 1);
    const up = frame(0, 1);
    expect(await guess([still, up, still, up, still].flat(), CELLS)).toEqual(up);
    const swing = [frame(2, 0), frame(2, 1), frame(2, 3), frame(2, 4), frame(2, 3), frame(2, 1)];
    expect(await guess(swing.flat(), CELLS)).toEqual(frame(2, 0));
  });

  it("goes by what is known of the coming frame", async () => {
    const film = [frame(1, 1), frame(1, 1)].flat();
    const jumped = frame(3, 2);
    const seen = jumped.indexOf(1) + 1;
    expect(await guess([...film, ...jumped.slice(0, seen)], CELLS - seen)).toEqual(jumped.slice(seen));
  });

  it("drafts over the end of a frame", async () => {
    const film = [frame(1, 0), frame(1, 1), frame(1, 2), frame(1, 3)];
    const known = [...film[0], ...film[1], ...film[2].slice(0, 4)];
    expect(await guess(known, 2 * CELLS - 4)).toEqual([...film[2].slice(4), ...film[3]]);
  });

  it("puts a piece where its first token stands", async () => {
    const piece = { rows: 2, columns: 2, tokens: [1, BLANK, 2, 3] };
    const first = frame(2, 3);
    const seen = first.indexOf(1) + 1;
    expect(await guess(first.slice(0, seen), CELLS - seen, { pieces: [piece] })).toEqual(first.slice(seen));
  });

  it("leaves the tokens before the grid alone", async () => {
    expect(await guess([7], 4, { lead: 3 })).toEqual([]);
    expect(await guess([7, 7, 7], 4, { lead: 3 })).toEqual([BLANK, BLANK, BLANK, BLANK]);
  });

  it("asks for a grid", async () => {
    await expect(guess([], 4, { grid: undefined })).rejects.toThrow("needs a grid of blocks");
  });
});

import { readFileSync } from "node:fs";
import { inflateSync } from "node:zlib";
import type { Piece } from "../core/types.js";
import type { VideoWords } from "./manifest.js";

const HEADER = 4;

/** What a thing looks like in one pose. */
export interface StoredPiece extends Piece {
  /** Where its first row and column lie, from the corner of cells in the middle of the thing. */
  readonly down: number;
  readonly right: number;
}

type Entry = NonNullable<VideoWords["store"]>[number];

/**
 * A model's store: what things looked like in training, in their usual sizes and poses, for drafters to copy from. An entry is a
 * thing in a style, deflated by itself: pieces one after another, each its rows and columns, `down` and `right` (+ 128; a byte
 * each) and its tokens, row by row (uint16, little-endian). The first three are upright: small, normal, big; others follow in the order of the poses, or
 * not at all. An animation's are its frames.
 *
 * @returns the pieces of things in a style
 */
export function readStore(path: string, entries: readonly Entry[]) {
  const bytes = readFileSync(path);
  return (things: readonly number[], style: string): StoredPiece[] =>
    entries
      .filter((entry) => things.includes(entry.thing) && entry.style === style)
      .flatMap((entry) => piecesOf(inflateSync(bytes.subarray(entry.offset, entry.offset + entry.bytes))));
}

function piecesOf(bytes: Buffer): StoredPiece[] {
  const pieces: StoredPiece[] = [];
  for (let at = 0; at < bytes.length; ) {
    const [rows, columns, down, right] = bytes.subarray(at, at + HEADER);
    const tokens = Array.from({ length: rows * columns }, (_, cell) =>
      bytes.readUInt16LE(at + HEADER + 2 * cell),
    );
    pieces.push({ rows, columns, down: down - 128, right: right - 128, tokens });
    at += HEADER + 2 * tokens.length;
  }
  return pieces;
}

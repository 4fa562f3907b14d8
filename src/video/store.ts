import { readFileSync } from "node:fs";
import { inflateSync } from "node:zlib";
import type { Piece } from "../core/types.js";
import type { VideoWords } from "./manifest.js";

type Entry = NonNullable<VideoWords["store"]>[number];

/**
 * A model's store: what things looked like in training, in their usual sizes and poses, for drafters to copy from. An entry is a
 * thing in a style, deflated by itself: pieces one after another, each its rows and columns (a byte each) and its tokens, row
 * by row (uint16, little-endian).
 *
 * @returns the pieces of things, those in the wished style first
 */
export function readStore(path: string, entries: readonly Entry[]) {
  const bytes = readFileSync(path);
  return (things: readonly number[], style: string): Piece[] => {
    const away = (entry: Entry) => (entry.style === style ? 0 : 1);
    return entries
      .filter(({ thing }) => things.includes(thing))
      .sort((a, b) => away(a) - away(b))
      .flatMap((entry) => piecesOf(inflateSync(bytes.subarray(entry.offset, entry.offset + entry.bytes))));
  };
}

function piecesOf(bytes: Buffer): Piece[] {
  const pieces: Piece[] = [];
  for (let at = 0; at < bytes.length; ) {
    const [rows, columns] = [bytes[at], bytes[at + 1]];
    const tokens = Array.from({ length: rows * columns }, (_, cell) => bytes.readUInt16LE(at + 2 + 2 * cell));
    pieces.push({ rows, columns, tokens });
    at += 2 + 2 * tokens.length;
  }
  return pieces;
}

import { createHash } from "node:crypto";
import { deflateRawSync, inflateRawSync } from "node:zlib";
import { z } from "zod";
import { KEPT, type KnownSuccessors } from "../drafters/successors.js";
import { readCache, writeCache } from "../runtime/files.js";
import { whole } from "../runtime/schema.js";
import { tokenArray, type VocabularyId } from "./vocabulary.js";

const storedSchema = z.object({ tokenizer: z.string(), count: whole, data: z.string() });

/** Shares are kept in a byte: they only say which guesses are worth more. */
const LEVELS = 255;

/** What `recycling` has learned of a model, kept in the user's cache folder from run to run. */
export interface LearnedFile {
  /** Undefined: nothing yet, or of another tokenizer, or not what was written. */
  read(): KnownSuccessors | undefined;
  /** Writes what is known, unless it is what was read. */
  write(known: KnownSuccessors): void;
}

export function learnedFile(vocabulary: VocabularyId): LearnedFile {
  const { model, tokenizer, size } = vocabulary;
  const hash = createHash("sha256").update(`${model} ${tokenizer}`).digest("hex");
  const file = `successors-${hash.slice(0, 16)}.json`;
  let there: string | undefined;
  return {
    read() {
      const { data: stored } = storedSchema.safeParse(readCache(file));
      if (stored?.tokenizer !== tokenizer) return undefined;
      const known = unpacked(stored.data, stored.count, size);
      if (known) there = stored.data;
      return known;
    },
    write(known) {
      const data = packed(known, size);
      if (known.tokens.length === 0 || data === there) return;
      writeCache(file, { tokenizer, count: known.tokens.length, data });
      there = data;
    },
  };
}

function packed({ tokens, successors, shares }: KnownSuccessors, size: number): string {
  const Tokens = tokenArray(size);
  const bytes = [
    Tokens.from(tokens),
    Tokens.from(successors),
    Uint8Array.from(shares, (share) => Math.round(LEVELS * share)),
  ].map(({ buffer }) => new Uint8Array(buffer));
  return deflateRawSync(Buffer.concat(bytes)).toString("base64");
}

function unpacked(data: string, count: number, size: number): KnownSuccessors | undefined {
  const Tokens = tokenArray(size);
  const width = Tokens.BYTES_PER_ELEMENT;
  try {
    const most = count * (width * (1 + KEPT) + KEPT);
    // A copy: the bytes of a Buffer need not begin where such arrays may.
    const bytes = Uint8Array.from(inflateRawSync(Buffer.from(data, "base64"), { maxOutputLength: most }));
    if (bytes.length !== most) return undefined;
    const { buffer } = bytes;
    const tokens = Uint32Array.from(new Tokens(buffer, 0, count));
    const successors = Uint32Array.from(new Tokens(buffer, width * count, KEPT * count));
    const levels = new Uint8Array(buffer, width * (1 + KEPT) * count);
    const isKnown = (token: number) => token < size;
    if (!tokens.every(isKnown) || !successors.every(isKnown)) return undefined;
    return { tokens, successors, shares: Float32Array.from(levels, (level) => level / LEVELS) };
  } catch {
    // Half of a file, or another version's: it is learned again.
    return undefined;
  }
}

import { z } from "zod";

/** Pieces of the schemas of manifests and files. */

/** A whole number above 0: a size, a count. */
export const size = z.number().int().positive();
/** A whole number of at least 0: an id, a place. */
export const whole = z.number().int().nonnegative();
const byte = whole.max(255);
export const rgb = z.tuple([byte, byte, byte]).readonly();

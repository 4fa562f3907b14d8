import type { z } from "zod";
import { failure } from "../core/errors.js";

export interface JsonMessages {
  /** "is not a file of units" */
  readonly isNot: string;
  /** What to give instead of something that is no JSON, and of JSON that is something else. */
  readonly wayOut: string;
  readonly orElse?: string;
}

/** Reads JSON of a known shape. @throws a failure that names the source, the field and the way out */
export function parseJson<T>(
  schema: z.ZodType<T>,
  text: string,
  name: string,
  { isNot, wayOut, orElse = wayOut }: JsonMessages,
): T {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    const what = text.trim() === "" ? "it is empty" : (cause as Error).message;
    throw failure(`${name} is not JSON (${what}): ${wayOut}`, cause);
  }
  const parsed = schema.safeParse(json);
  if (parsed.success) return parsed.data;
  const [{ path, message }] = parsed.error.issues;
  const where = path.length ? `${path.join(".")}: ` : "";
  throw failure(`${name} ${isNot} (${where}${message}): ${orElse}`);
}

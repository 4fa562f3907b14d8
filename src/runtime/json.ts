import type { z } from "zod";
import { failure } from "../core/errors.js";

/** A value of a known shape. @throws a failure with the message that is made of the first wrong field ("": the whole) */
export function parsed<T>(
  schema: z.ZodType<T>,
  value: unknown,
  message: (field: string, what: string) => string,
): T {
  const { data, error } = schema.safeParse(value);
  if (!error) return data;
  const [issue] = error.issues;
  throw failure(message(issue.path.join("."), issue.message));
}

export interface JsonMessages {
  /** "is not a file of units" */
  readonly isNot: string;
  /** What to give instead of something that is no JSON, and of JSON that is something else. */
  readonly wayOut: string;
  readonly orElse?: string;
}

/** Reads JSON of any shape. @throws a failure that names the source and the way out */
export function anyJson(text: string, name: string, wayOut: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    const what = text.trim() === "" ? "it is empty" : (cause as Error).message;
    throw failure(`${name} is not JSON (${what}): ${wayOut}`, cause);
  }
}

/** Reads JSON of a known shape. @throws a failure that names the source, the field and the way out */
export function parseJson<T>(
  schema: z.ZodType<T>,
  text: string,
  name: string,
  { isNot, wayOut, orElse = wayOut }: JsonMessages,
): T {
  return parsed(
    schema,
    anyJson(text, name, wayOut),
    (field, what) => `${name} ${isNot} (${field && `${field}: `}${what}): ${orElse}`,
  );
}

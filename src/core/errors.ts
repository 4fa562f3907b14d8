/** An error whose message names the input and the way out; it needs no stack trace to be understood. */
export class ForetokenError extends Error {
  /** usage: the caller asked for something that cannot be (exit code 2); failure: it could not be done (exit code 1). */
  readonly kind: "usage" | "failure";

  constructor(kind: "usage" | "failure", message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "ForetokenError";
    this.kind = kind;
  }
}

export const usage = (message: string, cause?: unknown) =>
  new ForetokenError("usage", message, cause === undefined ? undefined : { cause });

export const failure = (message: string, cause?: unknown) =>
  new ForetokenError("failure", message, cause === undefined ? undefined : { cause });

/** The error with what it is about before its message, if it is one of ours. */
export const about = (what: string, error: unknown) =>
  error instanceof ForetokenError
    ? new ForetokenError(error.kind, `${what}: ${error.message}`, { cause: error })
    : error;

/** The kind of an error that is ours. */
export const kindOf = (error: unknown) => (error as Partial<ForetokenError> | undefined)?.kind;

/**
 * The value, if it is a number from `low` to `high`; without `high`, of at least `low`.
 *
 * @throws a usage error that names the setting, such as "speed is 3: give a number from 0.5 to 2", or `wanted`
 */
export function inRange(
  setting: string,
  value: number,
  low: number,
  high?: number,
  { whole = false, wanted }: { readonly whole?: boolean; readonly wanted?: string } = {},
): number {
  const isInside = typeof value === "number" && value >= low && !(value > (high ?? value));
  if (isInside && (!whole || Number.isInteger(value))) return value;
  const from = low === Number.MIN_VALUE ? "above 0" : low;
  const range = high === undefined ? `of at least ${low}` : `from ${from} to ${high}`;
  throw usage(`${setting} is ${value}: give ${wanted ?? `a ${whole ? "whole " : ""}number ${range}`}`);
}

/** A text in quotes, for messages. */
export const quoted = (text: string) => JSON.stringify(text.length > 40 ? `${text.slice(0, 40)}…` : text);

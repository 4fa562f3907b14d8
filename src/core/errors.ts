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

/** The kind of an error that is ours. */
export const kindOf = (error: unknown) => (error as Partial<ForetokenError> | undefined)?.kind;

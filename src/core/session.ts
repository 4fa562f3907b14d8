import { usage } from "./errors.js";

/** @throws a usage error for a length that a session of so many tokens does not have */
export function checkRewind(to: number, length: number): void {
  if (!(Number.isInteger(to) && to >= 0 && to <= length))
    throw usage(`cannot rewind to ${to}: the session has ${length} tokens`);
}

import { type Leave, leave } from "../files/problems.js";

/** Ctrl-C (130) or SIGTERM (143). */
export const interrupted = (exitCode: number) => leave("interrupted", exitCode);

export const exitCodeOf = (error: unknown) => (error as Partial<Leave> | undefined)?.exitCode;

/** The promise, or the signal's reason if that comes first: for work that cannot be stopped itself. */
export function orAbort<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  if (signal.aborted) {
    work.catch(() => {});
    return Promise.reject(signal.reason);
  }
  return new Promise((resolve, reject) => {
    const stop = () => reject(signal.reason);
    signal.addEventListener("abort", stop, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener("abort", stop));
  });
}

import { failure } from "../core/errors.js";

/** Ends the program with an exit code and no message. */
export interface Leave extends Error {
  readonly exitCode: number;
}

export const leave = (message: string, exitCode: number): Leave =>
  Object.assign(new Error(message), { exitCode });

/** The reader of what we write went away (`| head -c 1000`, a player that was closed): an end, not an error. */
export const closed = () => leave("closed", 0);

export const codeOf = (error: unknown) => (error as NodeJS.ErrnoException | undefined)?.code;

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: "there is no such file",
  ENOTDIR: "part of the path is not a folder",
  EISDIR: "it is a folder, and a file is needed",
  EACCES: "permission denied",
  EPERM: "permission denied",
  EROFS: "the disk is read-only",
  ENOSPC: "the disk is full",
  EDQUOT: "the disk quota is used up",
  EFBIG: "the file would get larger than the system allows",
  ENAMETOOLONG: "the name is too long",
  EMFILE: "too many files are open",
};

/** The system's error in words. */
export const reasonOf = (error: unknown) => REASONS[codeOf(error) ?? ""] ?? (error as Error).message;

export const cannotRead = (path: string, error: unknown) =>
  failure(`cannot read ${path}: ${reasonOf(error)}`, error);

/** What comes of reading a file. @throws as `cannotRead` says */
export const reading = <T>(path: string, work: Promise<T>): Promise<T> =>
  work.catch((error) => Promise.reject(cannotRead(path, error)));

export function cannotWrite(path: string, error: unknown) {
  const full = ["ENOSPC", "EDQUOT"].includes(codeOf(error) ?? "");
  const wayOut = full ? "free some space or choose another place" : "choose another place";
  return failure(`cannot write ${path}: ${reasonOf(error)}; ${wayOut}`, error);
}

/** What comes of writing a file. @throws as `cannotWrite` says */
export const writing = <T>(path: string, work: Promise<T>): Promise<T> =>
  work.catch((error) => Promise.reject(cannotWrite(path, error)));

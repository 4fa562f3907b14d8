import { usage } from "./errors.js";
import { EMPTY, tokensOn } from "./tree.js";
import type { Draft, Past, Session, Token } from "./types.js";

/** @throws a usage error for a length that a session of so many tokens does not have */
export function checkRewind(to: number, length: number): void {
  if (!(Number.isInteger(to) && to >= 0 && to <= length))
    throw usage(`cannot rewind to ${to}: the session has ${length} tokens`);
}

/** A session that knows its tokens and the draft of the latest pass; what passes add to both is the model's to put there. */
export interface ListSession extends Session {
  readonly tokens: Token[];
  draft: Draft;
}

/** @param inner a session with the same tokens, which follows this one's changes */
export function listSession(
  tokens: Token[],
  fork: (tokens: Token[]) => Session,
  close: () => PromiseLike<void>,
  inner?: Session,
): ListSession {
  const past: Past = {
    get length() {
      return tokens.length;
    },
  };
  const session: ListSession = {
    tokens,
    draft: EMPTY,
    get length() {
      return tokens.length;
    },
    get past() {
      return inner ? inner.past : past;
    },
    keep(path) {
      const kept = tokensOn(session.draft, path);
      inner?.keep(path);
      tokens.push(...kept);
      session.draft = EMPTY;
    },
    rewind(length) {
      checkRewind(length, tokens.length);
      inner?.rewind(length);
      tokens.length = length;
      session.draft = EMPTY;
    },
    fork: () => fork(tokens.slice()),
    [Symbol.asyncDispose]: close,
  };
  return session;
}

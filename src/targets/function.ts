import { failure, usage } from "../core/errors.js";
import { checkRewind } from "../core/session.js";
import { EMPTY, pathTo, tokensOn } from "../core/tree.js";
import type { Draft, Model, Session, Token } from "../core/types.js";

export interface FunctionModelOptions {
  /** What error messages call it. */
  readonly name?: string;
  readonly vocabularySize: number;
  readonly contextLength?: number;
  /** A further output behind some tokens, by its name (see `Step.hidden`). */
  readonly hidden?: (tokens: readonly Token[], tap: string) => Float32Array;
  readonly onOpen?: () => void;
  readonly onClose?: () => void;
}

interface ListSession extends Session {
  readonly tokens: Token[];
  /** The draft of the latest pass. */
  draft: Draft;
}

/**
 * A model from a function: tokens so far -> logits `[vocabularySize]` of the next one; -Infinity where a token cannot follow.
 * For targets that need no cache: rules, tables, games, tests. Rows are copies: the function may give the same array each time.
 *
 * Its rows throw a failure where the function gives another number of logits; its sessions throw one for a path to keep that is
 * none of the latest draft, and a usage error for a length to rewind to that they do not have.
 *
 * @throws a usage error for a vocabulary or context that holds no token
 */
export function functionModel(
  logits: (tokens: readonly Token[]) => Float32Array,
  options: FunctionModelOptions,
): Model {
  const { name, vocabularySize, contextLength = 1024, hidden, onOpen, onClose } = options;
  if (!(Number.isInteger(vocabularySize) && vocabularySize >= 1))
    throw usage(`vocabularySize is ${vocabularySize}: give a whole number of at least 1`);
  if (!(contextLength >= 1)) throw usage(`contextLength is ${contextLength}: give a number of at least 1`);

  const open = (tokens: Token[]): ListSession => {
    onOpen?.();
    const session: ListSession = {
      tokens,
      draft: EMPTY,
      get length() {
        return tokens.length;
      },
      keep(path) {
        tokens.push(...tokensOn(session.draft, path));
        session.draft = EMPTY;
      },
      rewind(length) {
        checkRewind(length, tokens.length);
        tokens.length = length;
        session.draft = EMPTY;
      },
      fork: () => open(tokens.slice()),
      [Symbol.asyncDispose]: async () => onClose?.(),
    };
    return session;
  };

  const rowBehind = (tokens: readonly Token[]) => {
    const row = logits(tokens);
    if (row?.length !== vocabularySize) {
      const what = row ? `a row of ${row.length} logits` : "no row";
      const who = name ? `the model "${name}"` : "a functionModel";
      throw failure(`the function of ${who} gave ${what}, and vocabularySize is ${vocabularySize}`);
    }
    return new Float32Array(row);
  };

  return {
    name,
    vocabularySize,
    contextLength,
    exact: "tree",
    open: async () => open([]),
    async pass(steps, { signal } = {}) {
      signal?.throwIfAborted();
      return steps.map(({ session, tokens, draft = EMPTY }) => {
        const list = session as ListSession;
        list.tokens.push(...tokens);
        list.draft = draft;
        const before = list.tokens.slice();
        const behind = (node: number) => [...before, ...pathTo(draft, node).map((on) => draft.tokens[on])];
        return {
          row: (node: number) => rowBehind(behind(node)),
          ...(hidden && { hidden: (node: number, tap: string) => hidden(behind(node), tap) }),
        };
      });
    },
  };
}

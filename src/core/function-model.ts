import { EMPTY, pathTo } from "./tree.js";
import type { Draft, Model, Session, Token } from "./types.js";

export interface FunctionModelOptions {
  readonly vocabularySize: number;
  readonly contextLength?: number;
  readonly onOpen?: () => void;
  readonly onClose?: () => void;
  /** Told how many rows each step scored. */
  readonly onScore?: (rows: number) => void;
}

interface ListSession extends Session {
  readonly tokens: Token[];
  draft: Draft;
}

/**
 * A model from a function: tokens so far -> logits of the next one. For targets that need no cache: rules, tables, games,
 * tests.
 */
export function functionModel(
  logits: (tokens: readonly Token[]) => Float32Array,
  options: FunctionModelOptions,
): Model {
  const { vocabularySize, contextLength = 1024, onOpen, onClose, onScore } = options;
  const open = (tokens: Token[]): ListSession => {
    onOpen?.();
    return {
      tokens,
      draft: EMPTY,
      get length() {
        return tokens.length;
      },
      keep(path) {
        for (const node of path) tokens.push(this.draft.tokens[node]);
        this.draft = EMPTY;
      },
      rewind(length) {
        tokens.length = length;
      },
      fork: () => open(tokens.slice()),
      [Symbol.asyncDispose]: async () => onClose?.(),
    };
  };
  return {
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
        onScore?.(tokens.length + draft.tokens.length);
        const before = list.tokens.slice();
        return {
          row: (node: number) => logits([...before, ...pathTo(draft, node).map((on) => draft.tokens[on])]),
        };
      });
    },
  };
}

import { EMPTY, pathTo } from "./tree.js";
import type { Draft, Model, Session, Token } from "./types.js";

export interface FunctionModelOptions {
  readonly vocabularySize: number;
  readonly contextLength?: number;
  /** A further output behind some tokens, by its name (see `Step.hidden`). */
  readonly hidden?: (tokens: readonly Token[], tap: string) => Float32Array;
  readonly onOpen?: () => void;
  readonly onClose?: () => void;
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
  const { vocabularySize, contextLength = 1024, hidden, onOpen, onClose } = options;
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
        const before = list.tokens.slice();
        const behind = (node: number) => [...before, ...pathTo(draft, node).map((on) => draft.tokens[on])];
        return {
          row: (node: number) => logits(behind(node)),
          ...(hidden && { hidden: (node: number, tap: string) => hidden(behind(node), tap) }),
        };
      });
    },
  };
}

import { failure, inRange } from "../core/errors.js";
import { type ListSession, listSession } from "../core/session.js";
import { EMPTY, pathTo } from "../core/tree.js";
import type { Model, Token } from "../core/types.js";

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
  inRange("vocabularySize", vocabularySize, 1, undefined, { whole: true });
  inRange("contextLength", contextLength, 1);

  const open = (tokens: Token[]): ListSession => {
    onOpen?.();
    return listSession(tokens, open, async () => onClose?.());
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
        /** Node -2 is the last committed token but one. */
        const upTo = (node: number) => (node < -1 ? before.slice(0, before.length + 1 + node) : behind(node));
        return {
          row: (node: number) => rowBehind(behind(node)),
          ...(hidden && {
            hidden: (node: number, tap: string) =>
              before.length + 1 + node > 0 ? hidden(upTo(node), tap) : undefined,
          }),
        };
      });
    },
  };
}

import { failure } from "../core/errors.js";
import { type ListSession, listSession } from "../core/session.js";
import { EMPTY, pathTo } from "../core/tree.js";
import type { Model, Scores, Session, Step, Token } from "../core/types.js";

/** What stands before a token, the prompt included. */
export interface Before {
  readonly length: number;
  /** As `Array.slice`: a negative place counts from the end. */
  slice(start: number, end?: number): Token[];
}

/**
 * Logits `[vocabularySize]` -> other logits, equally many; a pure function of what stands before. The row is a copy of its own,
 * which it may change and return.
 */
export type Adjust = (row: Float32Array, before: Before) => Float32Array;

interface Remembering extends ListSession {
  readonly inner: Session;
}

/**
 * A model whose logits are changed by a rule that looks at everything before (memories, biases, processors of one's own). At
 * drafted positions the rule sees the draft's own path, so that whatever verifies against this model is lossless with respect
 * to the changed one.
 *
 * Its sessions throw a failure for a path to keep that is none of the latest draft, and a usage error for a length to rewind to
 * that they do not have; its rows throw a failure where `adjust` returns another number of logits.
 */
export function adjusted(model: Model, adjust: Adjust): Model {
  const remember = (inner: Session, tokens: Token[]): Remembering => {
    const fork = (copy: Token[]) => remember(inner.fork(), copy);
    const session = listSession(tokens, fork, () => inner[Symbol.asyncDispose](), inner);
    return Object.assign(session, { inner });
  };

  function change({ session, draft = EMPTY }: Step, scores: Scores): Scores {
    // Asked for after the pass: the session has the step's tokens by then, and none of the draft's.
    const committed = (session as Remembering).tokens.slice();
    return {
      row(node) {
        const path = pathTo(draft, node).map((on) => draft.tokens[on]);
        const row = scores.row(node).slice();
        const { length } = row;
        const changed = adjust(row, before(committed, path));
        if (changed?.length !== length)
          throw failure(
            `adjust returned ${changed ? `${changed.length} logits` : "nothing"}, its row has ${length}`,
          );
        return changed;
      },
      hidden: scores.hidden && ((node, tap) => scores.hidden!(node, tap)),
    };
  }

  return {
    name: model.name,
    vocabularySize: model.vocabularySize,
    contextLength: model.contextLength,
    exact: model.exact,
    open: async () => remember(await model.open(), []),
    openTogether:
      model.openTogether &&
      (async (count) => (await model.openTogether!(count)).map((one) => remember(one, []))),
    async pass(steps, options) {
      const scores = await model.pass(
        steps.map(({ session, tokens, draft, hidden }) => ({
          session: (session as Remembering).inner,
          tokens,
          draft,
          hidden,
        })),
        options,
      );
      return steps.map((step, i) => {
        const session = step.session as Remembering;
        session.tokens.push(...step.tokens);
        session.draft = step.draft ?? EMPTY;
        return change(step, scores[i]);
      });
    },
  };
}

function before(committed: readonly Token[], path: readonly Token[]): Before {
  const length = committed.length + path.length;
  const place = (at: number) => (at < 0 ? Math.max(0, length + at) : at);
  return {
    length,
    slice(start, end = length) {
      const [from, to] = [place(start), place(end)];
      const known = committed.slice(from, to);
      if (to <= committed.length) return known;
      return known.concat(path.slice(Math.max(0, from - committed.length), to - committed.length));
    },
  };
}

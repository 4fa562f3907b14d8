import { EMPTY, pathTo } from "./tree.js";
import type { Model, Scores, Session, Step, Token } from "./types.js";

/** What stands before a token, the prompt included. */
export interface Before {
  readonly length: number;
  slice(start: number, end?: number): Token[];
}

/** Logits `[vocabularySize]` -> other logits; a pure function of what stands before. Must not change its argument. */
export type Adjust = (row: Float32Array, before: Before) => Float32Array;

interface Remembering extends Session {
  readonly inner: Session;
  readonly tokens: Token[];
  /** The draft of the latest pass. */
  draft: readonly Token[];
}

/**
 * A model whose logits are changed by a rule that looks at everything before (memories, biases, processors of one's own). At
 * drafted positions the rule sees the draft's own path, so that whatever verifies against this model is lossless with respect
 * to the changed one.
 */
export function adjusted(model: Model, adjust: Adjust): Model {
  const remember = (inner: Session, tokens: Token[]): Remembering => ({
    inner,
    tokens,
    draft: [],
    get length() {
      return inner.length;
    },
    keep(path) {
      for (const node of path) this.tokens.push(this.draft[node]);
      inner.keep(path);
    },
    rewind(length) {
      inner.rewind(length);
      tokens.length = length;
    },
    fork: () => remember(inner.fork(), tokens.slice()),
    [Symbol.asyncDispose]: () => inner[Symbol.asyncDispose](),
  });

  function change({ session, draft = EMPTY }: Step, scores: Scores): Scores {
    // Asked for after the pass: the session has the step's tokens by then, and none of the draft's.
    const committed = (session as Remembering).tokens.slice();
    return {
      ...scores,
      row(node) {
        const path = pathTo(draft, node).map((on) => draft.tokens[on]);
        const length = committed.length + path.length;
        const before: Before = {
          length,
          slice(start, end = length) {
            const known = committed.slice(start, end);
            const [from, to] = [start, end].map((at) => Math.max(0, at - committed.length));
            return to > from ? known.concat(path.slice(from, to)) : known;
          },
        };
        return adjust(scores.row(node), before);
      },
    };
  }

  return {
    ...model,
    open: async () => remember(await model.open(), []),
    openTogether:
      model.openTogether &&
      (async (count) => (await model.openTogether!(count)).map((one) => remember(one, []))),
    async pass(steps, options) {
      const scores = await model.pass(
        steps.map((step) => ({ ...step, session: (step.session as Remembering).inner })),
        options,
      );
      return steps.map((step, i) => {
        const session = step.session as Remembering;
        session.tokens.push(...step.tokens);
        session.draft = step.draft?.tokens ?? [];
        return change(step, scores[i]);
      });
    },
  };
}

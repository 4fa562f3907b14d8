import { usage } from "./errors.js";
import { depths, EMPTY } from "./tree.js";
import type { Model, Scores, Session, Step, Token } from "./types.js";

export interface GuidanceOptions {
  /** 1: the model as it is; larger: further towards what the prompt asks for. A function gets the place of the token to come, the prompt's tokens counted. */
  readonly scale: number | ((position: number) => number);
  /** The tokens of a sequence's first pass without the prompt's condition, as many as before. */
  readonly unconditional: (first: readonly Token[]) => readonly Token[];
}

interface Pair extends Session {
  readonly parts: readonly [Session, Session];
}

/**
 * Classifier-free guidance (Ho & Salimans 2022; Sanchez et al. 2023 for language models): logits u + scale * (c - u) of the
 * model with its prompt (c) and without it (u). Both share one pass and one draft, so that whatever verifies against this
 * model is lossless with respect to the guided distribution.
 *
 * @throws a usage error when the unconditional prompt is not as long as the prompt
 */
export function guided(model: Model, { scale, unconditional }: GuidanceOptions): Model {
  const at = typeof scale === "number" ? () => scale : scale;
  const pair = (parts: Pair["parts"]): Pair => ({
    parts,
    get length() {
      return parts[0].length;
    },
    keep(path) {
      for (const part of parts) part.keep(path);
    },
    rewind(length) {
      for (const part of parts) part.rewind(length);
    },
    fork: () => pair([parts[0].fork(), parts[1].fork()]),
    async [Symbol.asyncDispose]() {
      for (const part of parts) await part[Symbol.asyncDispose]();
    },
  });

  function split({ session, tokens, ...step }: Step): [Step, Step] {
    const both = session as Pair;
    const [own, other] = both.parts;
    let bare = tokens;
    if (both.length === 0) {
      bare = unconditional(tokens);
      if (bare.length !== tokens.length)
        throw usage(
          `the unconditional prompt has ${bare.length} tokens, the prompt ${tokens.length}: make them equally long`,
        );
    }
    return [
      { ...step, session: own, tokens },
      { ...step, session: other, tokens: bare },
    ];
  }

  /** Scores of the pair, a row when it is asked for. */
  function mix({ session, draft = EMPTY }: Step, [own, other]: readonly Scores[]): Scores {
    const depth = depths(draft);
    const first = session.length;
    return {
      ...own,
      row(node) {
        const [c, u] = [own.row(node), other.row(node)];
        const s = at(first + (node < 0 ? 0 : depth[node] + 1));
        return c.map((logit, token) => u[token] + s * (logit - u[token]));
      },
    };
  }

  return {
    ...model,
    async open() {
      const [own, other] = (await model.openTogether?.(2)) ?? [await model.open(), await model.open()];
      return pair([own, other]);
    },
    openTogether: undefined,
    async pass(steps, options) {
      const scores = await model.pass(steps.flatMap(split), options);
      return steps.map((step, i) => mix(step, scores.slice(2 * i, 2 * i + 2)));
    },
  };
}

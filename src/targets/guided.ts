import { closeAll, openAll } from "../core/close.js";
import { failure, usage } from "../core/errors.js";
import { depths, EMPTY } from "../core/tree.js";
import type { Model, Scores, Session, Step, Token } from "../core/types.js";

export interface GuidanceOptions {
  /**
   * 1: the model as it is; larger: further towards what the prompt asks for. A function gets the place of the token to come, the
   * prompt's tokens counted. A finite number.
   */
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
 * model is lossless with respect to the guided distribution. Where c is -Infinity the result is, too; where only u is, it is c.
 *
 * @throws usage errors when the unconditional prompt is not as long as the prompt, and for a scale that is no finite number
 * (of a function: with the position, when the row is asked for)
 */
export function guided(model: Model, { scale, unconditional }: GuidanceOptions): Model {
  const at = typeof scale === "function" ? scale : () => scale;
  if (typeof scale !== "function" && !Number.isFinite(scale))
    throw usage(`the guidance scale is ${scale}: give a finite number`);

  const pair = (parts: Pair["parts"]): Pair => ({
    parts,
    get length() {
      return parts[0].length;
    },
    keep(path) {
      const [own, other] = parts;
      const { length } = own;
      own.keep(path);
      try {
        other.keep(path);
      } catch (error) {
        // What only one keeps, neither keeps.
        own.rewind(length);
        throw error;
      }
    },
    rewind(length) {
      for (const part of parts) part.rewind(length);
    },
    fork() {
      const own = parts[0].fork();
      try {
        return pair([own, parts[1].fork()]);
      } catch (error) {
        void closeAll([() => own[Symbol.asyncDispose]()], true);
        throw error;
      }
    },
    [Symbol.asyncDispose]: () => closeAll(parts.map((part) => () => part[Symbol.asyncDispose]())),
  });

  function split({ session, tokens, draft, hidden }: Step): [Step, Step] {
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
      { session: own, tokens, draft, hidden },
      { session: other, tokens: bare, draft, hidden },
    ];
  }

  function scaleAt(position: number): number {
    const found = at(position);
    if (!Number.isFinite(found))
      throw usage(`the guidance scale at position ${position} is ${found}: give a finite number`);
    return found;
  }

  /** Scores of the pair, a row when it is asked for. */
  function mix({ session, draft = EMPTY }: Step, [own, other]: readonly Scores[]): Scores {
    const depth = depths(draft);
    const first = session.length;
    return {
      row(node) {
        const s = scaleAt(first + (node < 0 ? 0 : depth[node] + 1));
        // A copy, made before the other row: a model may give both in one array of its own.
        const mixed = own.row(node).slice();
        const bare = other.row(node);
        if (bare.length !== mixed.length)
          throw failure(`a guided model's rows have ${mixed.length} and ${bare.length} logits`);
        for (let token = 0; token < mixed.length; token++)
          mixed[token] = between(mixed[token], bare[token], s);
        return mixed;
      },
      hidden: own.hidden && ((node, tap) => own.hidden!(node, tap)),
    };
  }

  return {
    name: model.name,
    vocabularySize: model.vocabularySize,
    contextLength: model.contextLength,
    exact: model.exact,
    async open() {
      const opened =
        (await model.openTogether?.(2)) ?? (await openAll([() => model.open(), () => model.open()], close));
      if (opened.length !== 2) {
        await closeAll(
          opened.map((one) => () => close(one)),
          true,
        );
        throw failure(`openTogether(2) of a guided model gave ${opened.length} sessions`);
      }
      return pair([opened[0], opened[1]]);
    },
    // No openTogether: a pair is a batch already, of the size that its scores were measured with.
    async pass(steps, options) {
      const scores = await model.pass(steps.flatMap(split), options);
      return steps.map((step, i) => mix(step, scores.slice(2 * i, 2 * i + 2)));
    },
  };
}

const close = (session: Session) => session[Symbol.asyncDispose]();

/** The largest float32. */
const LARGEST = (2 - 2 ** -23) * 2 ** 127;

/** u + scale * (c - u): with a masked token as above, and what the model should not have given (NaN, +Infinity) passed on. */
function between(c: number, u: number, scale: number): number {
  const mixed = u + scale * (c - u);
  if (mixed >= -LARGEST && mixed <= LARGEST) return mixed;
  if (Number.isNaN(c) || Number.isNaN(u)) return Number.NaN;
  if (c === Number.POSITIVE_INFINITY || u === Number.POSITIVE_INFINITY) return Number.POSITIVE_INFINITY;
  if (c === Number.NEGATIVE_INFINITY || u === Number.NEGATIVE_INFINITY) return c;
  return Math.min(Math.max(mixed, -LARGEST), LARGEST);
}

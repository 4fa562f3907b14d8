import { usage } from "../core/errors.js";
import { EMPTY } from "../core/tree.js";
import type { Model, Scores, Step } from "../core/types.js";
import { createCache } from "./cache.js";
import { type Contract, contractOf, type LanguageModelShape } from "./contract.js";
import type { Graph } from "./ort.js";
import { type PassStep, run } from "./pass.js";
import { openSequences, type Sequence } from "./sequence.js";
import { call, floats } from "./tensors.js";

export type { LanguageModelShape } from "./contract.js";

/** Committed tokens of a pass: prompts are read in parts of so many. */
const MOST_ROWS = 256;

/**
 * The first `length` tokens of every prompt see one another, the later ones too. A graph of its own reads them:
 * input_ids int64 [1,length] -> new_kv float [1,length,layers*2*heads*size].
 */
export interface Prefix {
  readonly session: Graph;
  readonly length: number;
}

/**
 * A decoder-only ONNX model on the delta-KV contract: past rows go in from JavaScript, only new rows come out, so that
 * rejecting a draft costs nothing.
 *
 * Inputs: input_ids, position_ids int64 [B,S]; attn_bias float [B,1,S,P+S]; seqlens_k = P+S-1 int32 [B], total_len = P+S
 * int32 [1]; rows int64 [R], the rows of B*S to score; past_key.i, past_value.i float [B,heads,C,size]. Outputs: logits float
 * [R,V]; new_kv float [B,S,layers*2*heads*size]; taps float [R,...]; features float [B,S,...].
 *
 * A pass never has one row only: one-row passes take other kernels whose results differ in the last bits, and plain
 * decoding must equal speculative decoding exactly. A second row that is not kept costs a few per cent of a pass.
 */
export async function languageModel(
  session: Graph,
  shape: LanguageModelShape,
  prefix?: Prefix,
): Promise<Model> {
  const contract = { ...(await contractOf(session, shape)), prefix };
  const open = (count?: number) =>
    openSequences(createCache(shape, count), {
      remembers: shape.lag !== undefined,
      atOnce: prefix?.length ?? 0,
      widths: prefix ? {} : (shape.features ?? {}),
    });

  return {
    vocabularySize: shape.vocabularySize,
    contextLength: shape.contextLength,
    exact: shape.exact,
    open: async () => open()[0],
    openTogether: async (count) =>
      shape.batched ? open(count) : Array.from({ length: count }, () => open()[0]),
    async pass(steps, { signal } = {}) {
      signal?.throwIfAborted();
      const before = steps.map(({ session }) => session.length);
      try {
        const ready: Ready[] = [];
        for (const step of steps) ready.push(await readPrefix(contract, step));
        const groups = runsTogether(ready) ? [ready] : ready.map((one) => [one]);
        const all: Scores[] = [];
        for (const group of groups)
          all.push(...(await run(contract, await readLong(contract, group, signal))));
        return all;
      } catch (error) {
        // Some of the steps, or the prefixes of some, may have been read.
        steps.forEach(({ session }, i) => {
          if (session.length > before[i]) session.rewind(before[i]);
        });
        throw error;
      }
    },
  };
}

interface WithPrefix extends Contract {
  readonly prefix?: Prefix;
}

/** A step whose tokens, if it is a sequence's first, begin behind the prefix. */
interface Ready extends PassStep {
  readonly sequence: Sequence;
}

/** Fills the cache with all of the prefix but its last token, which the pass itself reads, as it scores what follows. */
async function readPrefix({ shape, names, prefix }: WithPrefix, step: Step): Promise<Ready> {
  const { tokens, draft = EMPTY, hidden = [] } = step;
  const sequence = step.session as Sequence;
  if (tokens.length === 0) throw usage("a pass needs at least one committed token");
  const all = sequence.length + tokens.length;
  if (all > shape.contextLength)
    throw usage(`${all} tokens do not fit the model's context of ${shape.contextLength}`);
  const { vocabularySize, lookAhead = 0 } = shape;
  const foreign = draft.tokens.find((token) => token >= vocabularySize + lookAhead);
  if (foreign !== undefined)
    throw usage(
      `token ${foreign} was drafted, and the model has ${vocabularySize} tokens with ${lookAhead} look-ahead tokens behind them: choose another drafter`,
    );
  if (!prefix || sequence.length >= prefix.length - 1) return { sequence, tokens, draft, hidden };
  if (sequence.length > 0 || tokens.length < prefix.length)
    throw usage(`this model reads the first ${prefix.length} tokens at once: give them in the first pass`);
  const first = tokens.slice(0, prefix.length);
  const inputs = { [names.ids]: [first, [1, first.length]] } as const;
  const results = await call(prefix.session, inputs, [names.newKeyValue]);
  sequence.cache.reserve(prefix.length);
  sequence.receive(floats(results[names.newKeyValue]), tokens.slice(0, prefix.length - 1), EMPTY);
  return { sequence, tokens: tokens.slice(prefix.length - 1), draft, hidden };
}

/**
 * Reads what is too long for one pass, all but its last part: scores of attention grow with the square of a pass's rows. A row's
 * bits do not depend on how a prompt is divided.
 */
async function readLong(contract: Contract, group: readonly Ready[], signal?: AbortSignal): Promise<Ready[]> {
  signal?.throwIfAborted();
  let rest = [...group];
  while (rest[0].tokens.length > MOST_ROWS) {
    const parts = rest.map(({ sequence, tokens }) => ({ sequence, tokens: tokens.slice(0, MOST_ROWS) }));
    await run(
      contract,
      parts.map((part) => ({ ...part, draft: EMPTY, hidden: [] })),
    );
    signal?.throwIfAborted();
    rest = rest.map((one) => ({ ...one, tokens: one.tokens.slice(MOST_ROWS) }));
  }
  return rest;
}

/** True for all sequences of one cache, in their order, with equally many rows behind equally many. */
function runsTogether(steps: readonly Ready[]): boolean {
  const [{ sequence, tokens, draft }] = steps;
  return (
    steps.length === sequence.cache.batch &&
    steps.every(
      (other, slot) =>
        other.sequence.cache === sequence.cache &&
        other.sequence.slot === slot &&
        other.sequence.length === sequence.length &&
        other.tokens.length === tokens.length &&
        other.draft.tokens.length === draft.tokens.length,
    )
  );
}

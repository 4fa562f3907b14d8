import { createNoise } from "../core/noise.js";
import { pathTo } from "../core/tree.js";
import type { Model, Scores, Session, Token } from "../core/types.js";

export interface ToyOptions {
  readonly vocabularySize?: number;
  /** How many last tokens the next one depends on. */
  readonly order?: number;
  /** Which of the toys. */
  readonly seed?: number;
  /** Spread of the logits: large is predictable. */
  readonly sharpness?: number;
  /** Share of another toy's logits mixed in: 0 a perfect imitation of it, 1 a stranger. */
  readonly unlike?: { readonly seed: number; readonly share: number };
  readonly contextLength?: number;
}

export interface Toy extends Model {
  /** The logits after `tokens`, as a pass gives them. */
  logits(tokens: readonly Token[]): Float32Array;
  /** Sessions open now. */
  readonly open_: number;
  /** Tokens scored since the start. */
  readonly scored: number;
}

/** A Markov chain with known logits: a target whose exact distribution can be enumerated. */
export function toyModel(options: ToyOptions = {}): Toy {
  const { vocabularySize = 4, order = 2, seed = 1, sharpness = 1.5, unlike, contextLength = 256 } = options;
  const own = createNoise(seed);
  const other = unlike && createNoise(unlike.seed);
  const counts = { open: 0, scored: 0 };
  const cache = new Map<number, Float32Array>();

  const logits = (tokens: readonly Token[]) => {
    const state = tokens.slice(-order).reduce((key, token) => key * (vocabularySize + 1) + token + 1, 0);
    let row = cache.get(state);
    if (!row) {
      row = new Float32Array(vocabularySize);
      for (let token = 0; token < vocabularySize; token++) {
        const mine = normal(own.uniform(state, token));
        row[token] =
          sharpness *
          (other ? (1 - unlike.share) * mine + unlike.share * normal(other.uniform(state, token)) : mine);
      }
      cache.set(state, row);
    }
    return row;
  };

  const open = (start: readonly Token[] = []): ToySession => {
    counts.open++;
    const tokens = start.slice();
    let drafted: { tokens: readonly Token[]; parents: readonly number[] } = { tokens: [], parents: [] };
    return {
      tokens,
      get length() {
        return tokens.length;
      },
      draft: (draft) => {
        drafted = draft;
      },
      keep(path) {
        for (const node of path) tokens.push(drafted.tokens[node]);
        drafted = { tokens: [], parents: [] };
      },
      rewind(length) {
        tokens.length = length;
      },
      fork: () => open(tokens),
      [Symbol.asyncDispose]: async () => {
        counts.open--;
      },
    };
  };

  return {
    vocabularySize,
    contextLength,
    exact: "tree",
    logits,
    get open_() {
      return counts.open;
    },
    get scored() {
      return counts.scored;
    },
    open: async () => open(),
    async pass(steps, { signal } = {}) {
      signal?.throwIfAborted();
      return steps.map(({ session, tokens, draft = { tokens: [], parents: [] } }): Scores => {
        const toy = session as ToySession;
        toy.tokens.push(...tokens);
        toy.draft(draft);
        counts.scored += tokens.length + draft.tokens.length;
        const before = toy.tokens.slice();
        return { row: (node) => logits([...before, ...pathTo(draft, node).map((on) => draft.tokens[on])]) };
      });
    },
  };
}

interface ToySession extends Session {
  readonly tokens: Token[];
  draft(draft: { tokens: readonly Token[]; parents: readonly number[] }): void;
}

/** A rough normal number out of a uniform one: the logistic quantile is close enough for a toy. */
const normal = (u: number) => Math.log(u / (1 - u)) / 1.7;

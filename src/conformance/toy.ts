import { createNoise } from "../core/noise.js";
import type { Model, Session, Token } from "../core/types.js";
import { functionModel } from "../targets/function.js";

export interface ToyOptions {
  readonly vocabularySize?: number;
  /** How many last tokens the next one depends on; 0: none, all positions are alike. */
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
  readonly openSessions: number;
}

/** Heads of the toys' tap "heads". */
export const TOY_HEADS = 3;

/** A Markov chain with known logits: a target whose exact distribution can be enumerated. */
export function toyModel(options: ToyOptions = {}): Toy {
  const { vocabularySize = 4, order = 2, seed = 1, sharpness = 1.5, unlike, contextLength = 256 } = options;
  const own = createNoise(seed);
  const other = unlike && createNoise(unlike.seed);
  const rows = new Map<number, Float32Array>();
  let openSessions = 0;

  const logits = (tokens: readonly Token[]) => {
    const last = order > 0 ? tokens.slice(-order) : [];
    const state = last.reduce((key, token) => key * (vocabularySize + 1) + token + 1, 0);
    const known = rows.get(state);
    if (known) return known;
    const row = Float32Array.from({ length: vocabularySize }, (_, token) => {
      const mine = normal(own.uniform(state, token));
      if (!other || !unlike) return sharpness * mine;
      return sharpness * ((1 - unlike.share) * mine + unlike.share * normal(other.uniform(state, token)));
    });
    rows.set(state, row);
    return row;
  };

  /** "heads": three rows of logits, for the tokens two, three and four places on, as if the likeliest stood in between. */
  const hidden = (tokens: readonly Token[]) => {
    const rows = new Float32Array(TOY_HEADS * vocabularySize);
    const path = tokens.slice();
    for (let head = 0; head < TOY_HEADS; head++) {
      const row = logits(path);
      path.push(row.indexOf(Math.max(...row)));
      rows.set(logits(path), head * vocabularySize);
    }
    return rows;
  };

  const onOpen = () => void openSessions++;
  const onClose = () => void openSessions--;
  const model = functionModel(logits, { vocabularySize, contextLength, hidden, onOpen, onClose });
  const closed = new WeakSet<Session>();
  const watched = (session: Session): Session => {
    const { fork } = session;
    const close = session[Symbol.asyncDispose];
    session.fork = () => watched(fork());
    session[Symbol.asyncDispose] = async () => {
      closed.add(session);
      await close();
    };
    return session;
  };
  return {
    ...model,
    logits,
    open: async () => watched(await model.open()),
    async pass(steps, options) {
      if (steps.some(({ session }) => closed.has(session)))
        throw new Error("a pass was asked of a toy model for a session that is closed");
      return model.pass(steps, options);
    },
    get openSessions() {
      return openSessions;
    },
  };
}

/** A rough normal number out of a uniform one: the logistic quantile is close enough for a toy. */
const normal = (u: number) => Math.log(u / (1 - u)) / 1.7;

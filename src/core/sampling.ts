import { allowed, certain, type Distribution, distribution, NEGLIGIBLE, softmax } from "./distribution.js";
import { failure, inRange, usage } from "./errors.js";
import type { Token, TokenMask } from "./token.js";

/** How a token is chosen from a row of logits. The fields apply in this order, Hugging Face's order of warpers. */
export interface Sampling {
  /** Added to the logits of single tokens, -100 to 100 each: 100 all but forces one, -100 all but forbids it. */
  readonly logitBias?: Readonly<Record<Token, number>>;
  /** > 1 makes tokens of prompt and output less likely: logits are divided (positive) or multiplied (negative) by it (Keskar et al. 2019). */
  readonly repetitionPenalty?: number;
  /** Subtracted from the logits of tokens in the output. */
  readonly presencePenalty?: number;
  /** Subtracted from the logits of tokens in the output, once for each time they occur. */
  readonly frequencyPenalty?: number;
  /** Divides the logits; 0: always the likeliest token. */
  readonly temperature?: number;
  /** Keeps the k likeliest tokens; 0: all. */
  readonly topK?: number;
  /** Keeps the likeliest tokens that together hold this share (Holtzman et al. 2020); 1: all. */
  readonly topP?: number;
  /** Keeps tokens of at least this share of the likeliest one's probability (Nguyen et al. 2024); 0: all. */
  readonly minP?: number;
  /** Keeps the tokens whose surprise is nearest to the entropy, up to this mass (Meister et al. 2023); 1: all. */
  readonly typicalP?: number;
}

/** What stands before the token to be chosen. */
export interface History {
  readonly prompt: readonly Token[];
  readonly output: readonly Token[];
  /** Drafted tokens since `output`: each position is judged behind its own prefix. */
  readonly path: readonly Token[];
  /** What error messages call the row's place: whose logits they are, and behind which token. */
  readonly where?: string;
}

/**
 * Logits `[vocabularySize]` -> what is left of them, behind a history and under a mask. -Infinity masks a token: it is never
 * chosen and never listed.
 *
 * @throws a failure that names the place and the token, where a logit is NaN or +Infinity (under the mask, too), and one where
 * all that the mask leaves is -Infinity; a usage error where the mask itself allows no token
 */
export interface Sampler {
  (logits: Float32Array, history: History, mask?: TokenMask): Distribution;
  /**
   * The row after penalties and mask, before temperature and cuts: masked tokens are -Infinity. The argument itself where
   * neither changes anything, so nobody may write to it. Throws what the sampler throws.
   */
  logits(logits: Float32Array, history: History, mask?: TokenMask): Float32Array;
}

/** @throws usage errors that name a setting out of its range. */
export function createSampler(sampling: Sampling = {}): Sampler {
  check(sampling);
  const { repetitionPenalty = 1, presencePenalty = 0, frequencyPenalty = 0 } = sampling;
  const { temperature = 1, topK = 0, topP = 1, minP = 0, typicalP = 1 } = sampling;
  const penalised = repetitionPenalty !== 1 || presencePenalty !== 0 || frequencyPenalty !== 0;
  const biases = Object.entries(sampling.logitBias ?? {}).map(
    ([token, bias]) => [Number(token), bias] as const,
  );
  const behind = (logits: Float32Array, history: History) => {
    if (!penalised && biases.length === 0) return logits;
    const row = logits.slice();
    addBiases(row, biases);
    if (penalised) penalise(row, history, repetitionPenalty, presencePenalty, frequencyPenalty);
    return row;
  };

  const choose = (logits: Float32Array, history: History, mask?: TokenMask) => {
    const row = behind(logits, history);
    const best = argmax(row, mask, history);
    if (temperature === 0) return certain(best);
    // Alone, minP only says how far below the top a logit counts: nothing need be listed.
    const alone = minP > 0 && topK === 0 && topP === 1 && typicalP === 1;
    const reach = alone ? Math.min(NEGLIGIBLE, -Math.log(minP)) : NEGLIGIBLE;
    let rest = softmax({ row, temperature, top: best, mask, reach });
    if (alone) return rest;
    if (topK > 0 && topK < rest.tokens.length) rest = keepBest(rest, byWeight(rest), () => true, topK);
    if (topP < 1) rest = keepMass(rest, byWeight(rest), topP);
    if (minP > 0) {
      const floor = minP * rest.weights[rest.best];
      rest = select(rest, (i) => rest.weights[i] >= floor);
    }
    if (typicalP < 1) rest = keepMass(rest, bySurprise(rest), typicalP);
    return rest;
  };

  return Object.assign(choose, {
    logits(logits: Float32Array, history: History, mask?: TokenMask) {
      const row = behind(logits, history);
      argmax(row, mask, history);
      return mask
        ? row.map((logit, token) => (allowed(mask, token) ? logit : Number.NEGATIVE_INFINITY))
        : row;
    },
  });
}

function check(sampling: Sampling): void {
  const ranges: Record<Exclude<keyof Sampling, "logitBias">, [number, number]> = {
    repetitionPenalty: [Number.MIN_VALUE, 100],
    presencePenalty: [-100, 100],
    frequencyPenalty: [-100, 100],
    temperature: [0, 100],
    topK: [0, 2 ** 31],
    topP: [Number.MIN_VALUE, 1],
    minP: [0, 1],
    typicalP: [Number.MIN_VALUE, 1],
  };
  for (const [name, [low, high]] of Object.entries(ranges)) {
    const value = sampling[name as keyof typeof ranges];
    if (value !== undefined) inRange(name, value, low, high, { whole: name === "topK" });
  }
  for (const [token, bias] of Object.entries(sampling.logitBias ?? {})) {
    inRange("a token of logitBias", Number(token), 0, undefined, { whole: true });
    inRange(`logitBias of token ${token}`, bias, -100, 100);
  }
}

/**
 * The likeliest of the allowed tokens, the lowest among equals. The whole row is looked at, four logits at a time, of which hardly
 * any is above those before: see `Sampler` for what it throws.
 */
function argmax(row: Float32Array, mask: TokenMask | undefined, history: History): Token {
  let best = -1;
  let most = Number.NEGATIVE_INFINITY;
  function look(token: Token): void {
    const logit = row[token];
    // False for NaN, so that the test behind it sees every one and costs the others nothing.
    if (logit <= most) return;
    if (!(logit < Number.POSITIVE_INFINITY)) throw failure(notALogit(row, token, history));
    if (!allowed(mask, token)) return;
    best = token;
    most = logit;
  }
  const whole = row.length - (row.length % 4);
  for (let token = 0; token < whole; token += 4)
    if (!(row[token] <= most && row[token + 1] <= most && row[token + 2] <= most && row[token + 3] <= most))
      for (let i = 0; i < 4; i++) look(token + i);
  for (let token = whole; token < row.length; token++) look(token);
  if (best < 0) throw impossible(row.length, mask, history);
  return best;
}

const placeOf = ({ where = "the model" }: History) => where;

const notALogit = (row: Float32Array, token: Token, history: History) =>
  `${placeOf(history)}: the logit of token ${token} is ${row[token]}, which is no logit (-Infinity stands for "never")`;

function impossible(vocabularySize: number, mask: TokenMask | undefined, history: History) {
  const which = mask ? "tokens that the rules allow" : `${vocabularySize} tokens`;
  for (let token = 0; token < vocabularySize; token++)
    if (allowed(mask, token))
      return failure(`${placeOf(history)}: no token is possible, the logits of all ${which} are -Infinity`);
  return usage("the rules allow no token at all here: mask() must leave at least one");
}

/** Changes the row. @throws a usage error for a token that the row has not */
function addBiases(row: Float32Array, biases: readonly (readonly [Token, number])[]): void {
  for (const [token, bias] of biases) {
    if (token >= row.length)
      throw usage(`logitBias names token ${token}, and there are tokens 0 to ${row.length - 1}`);
    if (Number.isFinite(row[token])) row[token] = inFloat32(row[token] + bias);
  }
}

/** Changes the row. */
function penalise(
  row: Float32Array,
  history: History,
  repetition: number,
  presence: number,
  frequency: number,
): void {
  const counts = new Map<Token, number>();
  for (const part of [history.output, history.path])
    for (const token of part) counts.set(token, (counts.get(token) ?? 0) + 1);
  for (const token of new Set([...history.prompt, ...counts.keys()])) {
    const logit = row[token];
    // -Infinity stays a mask; NaN and +Infinity stay as they are, for argmax to name.
    if (!Number.isFinite(logit)) continue;
    const count = counts.get(token) ?? 0;
    const repeated = Math.fround(logit > 0 ? logit / repetition : logit * repetition);
    const penalty = count > 0 ? presence + frequency * count : 0;
    row[token] = inFloat32(repeated - penalty);
  }
}

/** The largest float32: no penalty turns a logit into a mask, or into what is none. */
const LARGEST = (2 - 2 ** -23) * 2 ** 127;

const inFloat32 = (logit: number) => Math.min(Math.max(logit, -LARGEST), LARGEST);

function select(from: Distribution, keep: (index: number) => boolean): Distribution {
  const kept: number[] = [];
  for (let i = 0; i < from.tokens.length; i++) if (keep(i)) kept.push(i);
  return part(from, kept);
}

/** @param kept indices, ascending */
const part = (from: Distribution, kept: readonly number[]) =>
  distribution(
    Int32Array.from(kept, (i) => from.tokens[i]),
    Float64Array.from(kept, (i) => from.weights[i]),
  );

/**
 * Indices from the heaviest down; equals in the order of their tokens. Only as many are sorted as are asked for: of fifty
 * thousand tokens a few dozen mostly have nearly all of the weight.
 */
function* byWeight({ weights, best }: Distribution): Generator<number, void, undefined> {
  let ratio = 16;
  let floor = weights[best] / ratio;
  for (let above = Number.POSITIVE_INFINITY; above > 0; above = floor, ratio *= ratio, floor /= ratio) {
    const found: number[] = [];
    for (let i = 0; i < weights.length; i++) if (weights[i] >= floor && weights[i] < above) found.push(i);
    yield* found.sort((a, b) => weights[b] - weights[a] || a - b);
  }
}

/** Indices from the most typical down: |-log p - H| ascending. */
function bySurprise(of: Distribution): number[] {
  const surprise = of.weights.map((weight) => -Math.log(weight / of.total));
  const entropy = surprise.reduce((sum, bits, i) => sum + (of.weights[i] / of.total) * bits, 0);
  return [...surprise.keys()].sort(
    (a, b) => Math.abs(surprise[a] - entropy) - Math.abs(surprise[b] - entropy) || a - b,
  );
}

function keepBest(
  from: Distribution,
  order: Iterable<number>,
  more: (mass: number) => boolean,
  most = Number.POSITIVE_INFINITY,
) {
  const kept: number[] = [];
  let mass = 0;
  for (const index of order) {
    if (kept.length >= most || (kept.length > 0 && !more(mass))) break;
    kept.push(index);
    mass += from.weights[index] / from.total;
  }
  return part(
    from,
    kept.sort((a, b) => a - b),
  );
}

const keepMass = (from: Distribution, order: Iterable<number>, share: number) =>
  keepBest(from, order, (mass) => mass < share);

import type { Token } from "../core/types.js";
import type { SpeechManifest } from "./manifest.js";

type Layout = NonNullable<SpeechManifest["follow"]>;

/** The text's part of every step, from one pass an utterance. */
export interface PhoneStates {
  /** First-layer shares of the advance branch, `[phones + 1, hidden]`. */
  readonly advance: Float32Array;
  /** First-layer shares of the unit branch, `[phones + 2, hidden]`. */
  readonly unit: Float32Array;
  /** Units each phone is expected to last; 0 behind the last. */
  readonly durations: readonly number[];
  /** Tokens each phone may be spoken with; behind the last one the end. */
  readonly candidates: readonly (readonly Token[])[];
}

/** Where in the text the voice is. */
export interface Place {
  readonly phone: number;
  /** Units said in this phone, less one; -1 before the first unit of all. */
  readonly place: number;
  /** The last units, newest first. */
  readonly past: readonly Token[];
}

export interface NextUnit {
  /** Tokens that may follow, with their log-probabilities under "the voice goes on to the next phone" or "it stays". */
  readonly go: { readonly tokens: readonly Token[]; readonly scores: Float64Array };
  readonly stay: { readonly tokens: readonly Token[]; readonly scores: Float64Array };
}

const NOWHERE = { tokens: [], scores: new Float64Array(0) };

/** A way the voice goes less often than this is not looked at while guessing. */
const UNLIKELY = 0.01;

/** Units left by the expected duration are told apart from this much too many to this much too few. */
const EARLY = 4;
const LATE = 11;

/**
 * One step of the transducer, in sums of tables: where the voice is in the text decides which units may follow.
 *
 * advance a = w2 . relu(A_p + Ja[j] + Ra[left] + sum_i Ta_i[u_i]) + b2; units U(q, i) = O relu(U_q + Ju[i] + Ru[k_q] +
 * sum_i Tu_i[u_i]) + bo; next token: sigmoid(a) softmax U(p + 1, 0) + sigmoid(-a) softmax U(p, j + 1). (A recurrent
 * transducer, Graves 2012, whose prediction network sees the last four units only and whose joint network is a sum.)
 */
export function createStep(tables: Readonly<Record<string, Float32Array>>, layout: Layout, none: Token) {
  const { hidden: H, places, history } = layout;
  const { Ja, Ra, w2, b2, Ta, Ju, Ru, Tu, O, bo } = tables;
  const rows = none + 1;
  const past = { advance: new Float64Array(H), unit: new Float64Array(H) };
  const active = new Float64Array(H);

  function sumHistory(into: Float64Array, table: Float32Array, units: readonly Token[]) {
    into.fill(0);
    for (let i = 0; i < history; i++) {
      const at = (i * rows + (units[i] ?? none)) * H;
      for (let h = 0; h < H; h++) into[h] += table[at + h];
    }
  }

  function advance(text: PhoneStates, { phone, place }: Place): number {
    if (place < 0) return -30;
    const left = Math.max(-EARLY, Math.min(LATE, text.durations[phone] - place)) + EARLY;
    const [a, j, r] = [phone * H, Math.min(place, places - 1) * H, left * H];
    for (let h = 0; h < H; h++) {
      active[h] = Math.max(0, text.advance[a + h] + Ja[j + h] + Ra[r + h] + past.advance[h]);
    }
    return b2[0] + product(w2, 0, active);
  }

  /** Log-probabilities of a phone's candidates at a place in it, plus `weight`. */
  function units(text: PhoneStates, phone: number, place: number, weight: number) {
    const tokens = text.candidates[phone];
    const scores = new Float64Array(tokens.length);
    const [u, j, r] = [
      phone * H,
      Math.min(place, places - 1) * H,
      Math.min(text.durations[phone], places - 1) * H,
    ];
    for (let h = 0; h < H; h++) {
      active[h] = Math.max(0, text.unit[u + h] + Ju[j + h] + Ru[r + h] + past.unit[h]);
    }
    let top = Number.NEGATIVE_INFINITY;
    for (let c = 0; c < tokens.length; c++) {
      const score = bo[tokens[c]] + product(O, tokens[c] * H, active);
      scores[c] = score;
      if (score > top) top = score;
    }
    let total = 0;
    for (let c = 0; c < scores.length; c++) total += Math.exp(scores[c] - top);
    const shift = weight - top - Math.log(total);
    for (let c = 0; c < scores.length; c++) scores[c] += shift;
    return { tokens, scores };
  }

  /** What may follow, by the two ways the voice can go; `both`: also by one it hardly ever goes. */
  function next(text: PhoneStates, at: Place, both: boolean): NextUnit {
    sumHistory(past.advance, Ta, at.past);
    sumHistory(past.unit, Tu, at.past);
    const goes = 1 / (1 + Math.exp(-advance(text, at)));
    const last = text.candidates.length - 1;
    const go = Math.min(at.phone + 1, last);
    return {
      go: both || goes > UNLIKELY ? units(text, go, 0, Math.log(goes)) : NOWHERE,
      stay: both || goes < 1 - UNLIKELY ? units(text, at.phone, at.place + 1, Math.log1p(-goes)) : NOWHERE,
    };
  }

  /** The place behind `token`: of the two ways the one that explains it better. */
  function moved(text: PhoneStates, at: Place, { go, stay }: NextUnit, token: Token): Place {
    const score = (way: NextUnit["go"]) => {
      const index = way.tokens.indexOf(token);
      return index < 0 ? Number.NEGATIVE_INFINITY : way.scores[index];
    };
    const goes = score(go) > score(stay);
    const last = text.candidates.length - 1;
    const past = [token, ...at.past.slice(0, history - 1)];
    return goes
      ? { phone: Math.min(at.phone + 1, last), place: 0, past }
      : { phone: at.phone, place: at.place + 1, past };
  }

  return { start: { phone: 0, place: -1, past: [] } as Place, next, moved };
}

/** Row of a table, from `at`, times a vector. Four sums at once: in a single one each addition would wait for the one before. */
function product(table: Float32Array, at: number, vector: Float64Array): number {
  let [a, b, c, d] = [0, 0, 0, 0];
  for (let h = 0; h < vector.length; h += 4) {
    a += table[at + h] * vector[h];
    b += table[at + h + 1] * vector[h + 1];
    c += table[at + h + 2] * vector[h + 2];
    d += table[at + h + 3] * vector[h + 3];
  }
  return a + b + (c + d);
}

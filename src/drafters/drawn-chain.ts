import type { Distribution } from "../core/distribution.js";
import { chain } from "../core/tree.js";
import type { Draft, DraftContext, Token } from "../core/types.js";
import { fullRow, sureness } from "./rows.js";

export interface ChainSource {
  /** Most guesses. */
  readonly room: number;
  readonly vocabularySize: number;
  /** Guesses behind the first one are made while the product of their likeliest tokens' chances is not below this. */
  readonly least?: number;
  /** Logits behind the guesses so far, at least of the vocabulary's first tokens; undefined: there are no more. */
  row(drawn: readonly Token[]): Float32Array | undefined | Promise<Float32Array | undefined>;
}

/** Guess after guess, each drawn from a row of logits. All that is drawn is proposed. */
export async function drawnChain(
  { distribution, draw }: Pick<DraftContext, "distribution" | "draw">,
  { room, vocabularySize, least = 0, row }: ChainSource,
): Promise<Draft> {
  const tokens: Token[] = [];
  const drawnFrom: Distribution[] = [];
  const confidence: number[] = [];
  for (let reach = 1; tokens.length < room; ) {
    const logits = await row(tokens);
    if (!logits) break;
    const full = fullRow(logits, vocabularySize);
    const q = distribution(full, tokens);
    const top = sureness(q, full);
    reach *= top;
    // Known before the draw here, and what was drawn before it stays: no draw is hidden for its value.
    if (reach < least && tokens.length > 0) break;
    tokens.push(draw(q, tokens.length));
    drawnFrom.push(q);
    confidence.push(top);
  }
  return chain(tokens, { drawnFrom, confidence });
}

import { type DecodeOptions, decode } from "../core/decode.js";
import type { Encoded, Modality, Round, Verifier } from "../core/types.js";
import { identical } from "../verifiers/identical.js";

export interface GenerateOptions<E extends Encoded = Encoded>
  extends Omit<DecodeOptions<E>, "encoded" | "rules" | "verifier"> {
  /** `identical` if left out: plain decoding's output, faster. */
  readonly verifier?: Verifier;
  /** Sees every round, before the modality does: for meters and progress. */
  readonly onRound?: (round: Round) => void;
}

/**
 * Prompt -> pieces of a medium, while they are made.
 *
 * @example
 * for await (const chunk of generate(modality, "a prompt", { target, drafter, plan: fixedLength(4) })) consume(chunk);
 */
export async function* generate<Prompt, Chunk, E extends Encoded>(
  modality: Modality<Prompt, Chunk, E>,
  prompt: Prompt,
  { verifier = identical(), onRound, ...options }: GenerateOptions<E>,
): AsyncGenerator<Chunk, void, undefined> {
  const encoded = await modality.encode(prompt);
  const rounds = decode({ ...options, verifier, encoded, rules: modality.rules?.(encoded) });
  yield* modality.decode(onRound ? watched(rounds, onRound) : rounds, encoded);
}

async function* watched(rounds: AsyncIterable<Round>, onRound: (round: Round) => void) {
  for await (const round of rounds) {
    onRound(round);
    yield round;
  }
}

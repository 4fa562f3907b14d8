import type { Sampling } from "../core/sampling.js";
import type { Encoded, Round, Verifier } from "../core/types.js";
import { type Draftable, type Speculation, type SpeculationOptions, speculation } from "./speculation.js";

/** What may be asked for of anything that is made. */
export interface MakeOptions<E extends Encoded, Name extends string> extends SpeculationOptions<E, Name> {
  /** `identical` if left out. */
  readonly verifier?: Verifier;
  /** Over the model's own. */
  readonly sampling?: Sampling;
  readonly seed?: number;
  readonly signal?: AbortSignal;
  /** Told of every round of the loop. */
  readonly onRound?: (round: Round) => void;
}

/** ... and of what is made of a prompt's words. */
export interface PromptOptions<E extends Encoded, Name extends string> extends MakeOptions<E, Name> {
  /** Left out, words of the prompt choose it ("3d", "flat"), else the model's default. */
  readonly style?: string;
  /** Which of several results of one seed. */
  readonly stream?: number;
  /** Yields behind every round of the loop, not only when a row or a frame is finished. */
  readonly rounds?: boolean;
  /** Told what became of words the model does not know. */
  readonly warn?: (line: string) => void;
}

/** What `decode` needs besides target and prompt. */
export interface Setup<E extends Encoded> extends Speculation<E> {
  readonly sampling: Sampling;
  readonly verifier: Verifier | undefined;
}

/** @param most guesses a round that may be asked for @throws a usage error for a length out of range */
export async function setUp<E extends Encoded, Name extends string>(
  model: Draftable<E, Name> & { readonly manifest: { readonly sampling?: Sampling } },
  options: MakeOptions<E, Name>,
  most: number,
): Promise<Setup<E>> {
  const sampling = { ...model.manifest.sampling, ...options.sampling };
  return { sampling, verifier: options.verifier, ...(await speculation(model, options, most)) };
}

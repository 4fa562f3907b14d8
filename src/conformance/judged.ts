import type { Distribution } from "../core/distribution.js";
import { createNoise, pick, sample } from "../core/noise.js";
import { firstPath, pathTo } from "../core/tree.js";
import type { Draft, DraftContext, Token, Verifier } from "../core/types.js";

/** A sequence without a model and a loop: what a verifier is given, by the tokens before. */
export interface Sequence {
  draft(output: readonly Token[], draw: DraftContext["draw"]): Draft;
  target(output: readonly Token[]): Distribution;
  logits(output: readonly Token[]): Float32Array;
}

/** A token that a verifier let out. */
export interface Emitted {
  readonly token: Token;
  /** A guess that stood, or the token behind those. */
  readonly guessed: boolean;
  /** What plain decoding draws in its place. */
  plain(): Token;
}

/**
 * At least `length` tokens of a sequence, as a verifier lets them out. The loop takes ten times as long, and has no part in
 * what a verifier decides.
 */
export function judged(verifier: Verifier, sequence: Sequence, seed: number, length: number): Emitted[] {
  const noise = createNoise(seed);
  const emitted: Emitted[] = [];
  const output: Token[] = [];
  while (output.length < length) {
    const start = output.length;
    const own = (from: Distribution, depth: number) => pick(from, noise, start + depth);
    const draw = verifier.draws === "noise" ? own : (from: Distribution) => sample(from, noise.chance());
    const whole = sequence.draft(output, draw);
    const draft = verifier.shape === "chain" ? firstPath(whole) : whole;
    const before = output.slice();
    const at = (node: number) => [...before, ...pathTo(draft, node).map((on) => draft.tokens[on])];
    const target = (node: number) => sequence.target(at(node));
    const logits = (node: number) => sequence.logits(at(node));
    const { path, next } = verifier.verify({ draft, target, logits, pick: own, chance: noise.chance });
    path.forEach((node, depth) => {
      const token = draft.tokens[node];
      output.push(token);
      emitted.push({ token, guessed: true, plain: () => own(target(path[depth - 1] ?? -1), depth) });
    });
    output.push(next);
    emitted.push({ token: next, guessed: false, plain: () => own(target(path.at(-1) ?? -1), path.length) });
  }
  return emitted;
}

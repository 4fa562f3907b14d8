import { allowed, type Distribution, NEGLIGIBLE, probability } from "./distribution.js";
import type { Token } from "./types.js";

/** Whether a token has a probability above 0. Makes no list where the distribution is a softmax. */
export function holds(of: Distribution, token: Token): boolean {
  if (!of.logits) return probability(of, token) > 0;
  const { row, temperature, top, mask, reach = NEGLIGIBLE } = of.logits;
  return row[token] >= row[top] - reach * temperature && allowed(mask, token);
}

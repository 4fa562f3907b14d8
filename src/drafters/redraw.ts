import type { Distribution } from "../core/distribution.js";
import type { Round, Token } from "../core/types.js";

/** A token, and the distribution it was drawn from. */
export interface Redrawn {
  readonly token: Token;
  readonly from: Distribution;
}

/**
 * New guesses for the places of those that fell, without the first: its token is known by now. Each was scored behind the
 * guess before it, which may have been wrong: good enough for a guess.
 *
 * @param nodes guesses in a row that did not stand, from the depth of the first that fell on
 */
export function redraw({ verdict: { path }, target, draw }: Round, nodes: readonly number[]): Redrawn[] {
  const guesses: Redrawn[] = [];
  for (const [i, node] of nodes.entries()) {
    let from: Distribution;
    try {
      from = target(node);
    } catch {
      // A model may have no row behind a wrong guess; where plain decoding never comes, that is no error of the run.
      break;
    }
    guesses.push({ token: draw(from, path.length + 1 + i), from });
  }
  return guesses;
}

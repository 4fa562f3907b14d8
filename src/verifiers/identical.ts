import { children } from "../core/tree.js";
import type { Verifier } from "../core/types.js";

/**
 * Output equal to plain decoding, token for token, whatever the drafter: each position draws with noise of its own, which
 * depends on seed, position and the target's distribution only, and a guess stands while it equals that draw.
 */
export const identical = (): Verifier => ({
  name: "identical",
  guarantee: "identical",
  shape: "tree",
  draws: "noise",
  verify({ draft, target, pick }) {
    const path: number[] = [];
    let node = -1;
    for (;;) {
      const next = pick(target(node), path.length);
      const child = children(draft, node).find((candidate) => draft.tokens[candidate] === next);
      if (child === undefined) return { path, next };
      path.push(child);
      node = child;
    }
  },
});

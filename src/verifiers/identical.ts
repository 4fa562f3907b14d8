import { childrenOfAny, isChain, pathTo } from "../core/tree.js";
import type { Verifier } from "../core/types.js";

/**
 * Output equal to plain decoding, token for token, whatever the drafter: each position draws with noise of its own, which
 * depends on seed, position and the target's distribution only, and a guess stands while it equals that draw. Where several
 * nodes of a tree hold the same tokens all of them are followed.
 */
export const identical = (): Verifier => ({
  name: "identical",
  guarantee: "identical",
  shape: "tree",
  draws: "noise",
  verify({ draft, target, pick }) {
    const reach = isChain(draft) ? 1 : draft.tokens.length;
    let nodes = [-1];
    for (let depth = 0; ; depth++) {
      // The same tokens stand before each of these nodes, so any of them says what follows.
      const next = pick(target(nodes[0]), depth);
      const found = childrenOfAny(draft, nodes, reach).filter((node) => draft.tokens[node] === next);
      if (found.length === 0) return { path: pathTo(draft, nodes[0]), next };
      nodes = found;
    }
  },
});

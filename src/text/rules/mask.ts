import type { TokenMask } from "../../core/types.js";
import { accepts, type Grammar, type Leaf, near } from "./grammar.js";
import type { Trie, Vocabulary } from "./vocabulary.js";

/** The tokens that a leaf lets through from the root of the trie, and the nodes of the trie at which its text may end. */
interface Reach {
  readonly mask: TokenMask;
  readonly exits: readonly number[];
}

/**
 * Finds the tokens that may follow a state: those whose bytes lead somewhere (Willard and Louf 2023), by one walk of the
 * vocabulary's trie along the automaton. What a leaf lets through is kept by leaf: whatever may follow behind a string, most
 * tokens end within it, and only those that reach over its end are looked at again (Dong et al. 2024, XGrammar).
 */
export function createMasks({ trie, size, endTokens }: Vocabulary): (grammar: Grammar) => TokenMask {
  const words = Math.ceil(size / 32);
  const masks = new WeakMap<Grammar, TokenMask>();
  const reaches = new WeakMap<Leaf, Reach>();
  const allow = (mask: TokenMask, token: number) => {
    mask[token >> 5] |= 1 << (token & 31);
  };

  const reach = (leaf: Leaf): Reach => {
    let found = reaches.get(leaf);
    if (!found) {
      const mask = new Uint32Array(words);
      found = { mask, exits: walkLeaf(trie, leaf, 0, (token) => allow(mask, token)) };
      reaches.set(leaf, found);
    }
    return found;
  };

  /** Allows what the grammar lets through from these nodes on, and says at which nodes it may be at its end. */
  const visit = (grammar: Grammar, from: readonly number[], mask: TokenMask): readonly number[] => {
    switch (grammar.kind) {
      case "end":
        return from;
      case "later":
        return visit(grammar.get(), from, mask);
      case "choice":
        return [...new Set([...visit(grammar.first, from, mask), ...visit(grammar.rest, from, mask)])];
      case "sequence": {
        const exits = visit(grammar.first, from, mask);
        return exits.length > 0 ? visit(grammar.rest, exits, mask) : exits;
      }
      case "leaf": {
        if (from.length !== 1 || from[0] !== 0)
          return [
            ...new Set(from.flatMap((node) => walkLeaf(trie, grammar, node, (token) => allow(mask, token)))),
          ];
        const { mask: within, exits } = reach(grammar);
        for (let word = 0; word < words; word++) mask[word] |= within[word];
        return exits;
      }
    }
  };

  return (grammar) => {
    const seen = near(grammar, trie.deepest);
    let mask = masks.get(seen);
    if (!mask) {
      mask = new Uint32Array(words);
      visit(seen, [0], mask);
      if (accepts(seen)) for (const token of endTokens) allow(mask, token);
      masks.set(seen, mask);
    }
    return mask;
  };
}

/** Names the tokens below a node that a leaf lets through. Gives the nodes where its text may end, the given one included. */
function walkLeaf(trie: Trie, leaf: Leaf, from: number, allow: (token: number) => void): number[] {
  const { byte, depth, end, token, alike } = trie;
  const exits: number[] = leaf.accepts ? [from] : [];
  /** The state at each depth of the path to the node at hand. */
  const path: Leaf[] = [];
  path[depth[from]] = leaf;
  const last = end[from];
  for (let node = from + 1; node < last; ) {
    const state = path[depth[node] - 1].step(byte[node]);
    if (!state) {
      node = end[node];
      continue;
    }
    for (let found = token[node]; found >= 0; found = alike[found]) allow(found);
    if (state.kind === "end" || state.accepts) exits.push(node);
    if (state.kind === "end") {
      node = end[node];
    } else {
      path[depth[node]] = state;
      node++;
    }
  }
  return exits;
}

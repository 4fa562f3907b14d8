import type { TokenMask } from "../../core/types.js";
import { accepts, type End, type Grammar, type Leaf, near } from "./grammar.js";
import { known } from "./known.js";
import type { Trie, Vocabulary } from "./vocabulary.js";

/** What a leaf lets through from some node of the trie on. */
interface Reach {
  readonly tokens: readonly number[];
  /** The same tokens, where they are many. */
  readonly mask?: TokenMask;
  /** The nodes at which its text may end, the first one included. */
  readonly exits: readonly number[];
}

/**
 * Finds the tokens that may follow a state: those whose bytes lead somewhere (Willard and Louf 2023), by one walk of the
 * vocabulary's trie along the automaton. What a leaf lets through is kept by leaf: whatever may follow behind a string, most
 * tokens end within it, and only those that reach over its end are looked at again (Dong et al. 2024, XGrammar). Masks are
 * kept by state.
 */
export const masksOf = known(({ trie, size, endTokens }: Vocabulary): ((grammar: Grammar) => TokenMask) => {
  const words = Math.ceil(size / 32);

  const reach = known((leaf: Leaf): Reach => {
    const found = walkLeaf(trie, leaf, 0);
    if (found.tokens.length < words) return found;
    const mask = new Uint32Array(words);
    for (const token of found.tokens) allow(mask, token);
    return { tokens: [], mask, exits: found.exits };
  });

  const visitLeaf = (leaf: Leaf, from: number, mask: TokenMask): readonly number[] => {
    const { tokens, mask: many, exits } = from === 0 ? reach(leaf) : walkLeaf(trie, leaf, from);
    for (const token of tokens) allow(mask, token);
    if (many) for (let word = 0; word < words; word++) mask[word] |= many[word];
    return exits;
  };

  /** Allows what the grammar lets through from these nodes on, and says at which nodes it may be at its end. */
  const visit = (grammar: Grammar, from: readonly number[], mask: TokenMask): readonly number[] => {
    switch (grammar.kind) {
      case "end":
        return from;
      case "later":
        return visit(grammar.get(), from, mask);
      case "choice":
        return distinct(grammar.options.map((option) => visit(option, from, mask)));
      case "sequence": {
        const exits = visit(grammar.first, from, mask);
        return exits.length > 0 ? visit(grammar.rest, exits, mask) : exits;
      }
      case "leaf":
        return distinct(from.map((node) => visitLeaf(grammar, node, mask)));
    }
  };

  const maskOf = known((grammar: Grammar): TokenMask => {
    const mask = new Uint32Array(words);
    visit(grammar, [0], mask);
    if (accepts(grammar)) for (const token of endTokens) allow(mask, token);
    return mask;
  });
  return (grammar) => maskOf(near(grammar, trie.deepest));
});

function allow(mask: TokenMask, token: number): void {
  mask[token >> 5] |= 1 << (token & 31);
}

const distinct = (lists: readonly (readonly number[])[]) =>
  lists.length === 1 ? lists[0] : [...new Set(lists.flat())];

/** The tokens below a node that a leaf lets through. */
function walkLeaf({ byte, depth, end, token, alike }: Trie, leaf: Leaf, from: number): Reach {
  const tokens: number[] = [];
  const exits: number[] = leaf.accepts ? [from] : [];
  /** The state at each depth of the path to the node at hand. */
  const path: Leaf[] = [];
  path[depth[from]] = leaf;
  const last = end[from];
  for (let node = from + 1; node < last; ) {
    const state: Leaf | End | undefined = path[depth[node] - 1].step(byte[node]);
    if (!state) {
      node = end[node];
      continue;
    }
    for (let found = token[node]; found >= 0; found = alike[found]) tokens.push(found);
    if (state.kind === "end") {
      exits.push(node);
      node = end[node];
      continue;
    }
    if (state.accepts) exits.push(node);
    path[depth[node]] = state;
    node++;
  }
  return { tokens, exits };
}

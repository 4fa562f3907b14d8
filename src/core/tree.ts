import { failure } from "./errors.js";
import { holds } from "./holds.js";
import type { Ahead, Draft, Token } from "./types.js";

/** The draft of no tokens. */
export const EMPTY: Draft = { tokens: [], parents: [] };

/** One guess after another. `extras` run parallel to the tokens. */
export function chain(tokens: readonly Token[], extras: Omit<Draft, "tokens" | "parents"> = {}): Draft {
  return { tokens, parents: tokens.map((_, i) => i - 1), ...extras };
}

/** True when every node follows the one before it. */
export const isChain = (draft: Draft) => draft.parents.every((parent, node) => parent === node - 1);

/** Drafted tokens before each node on its path: 0 for those that follow the last committed token. */
export function depths(draft: Draft): number[] {
  const depth: number[] = [];
  for (const parent of draft.parents) depth.push(parent < 0 ? 0 : depth[parent] + 1);
  return depth;
}

/** Nodes from the root's child down to `node`; none for -1. */
export function pathTo(draft: Draft, node: number): number[] {
  const path: number[] = [];
  for (let at = node; at >= 0; at = draft.parents[at]) path.unshift(at);
  return path;
}

/**
 * The tokens of a path, from a node that follows the last committed token down: what a session keeps, what a verifier accepts.
 *
 * @param who begins the message, as in "the session cannot keep"
 * @throws a failure that names the first node which is none of the draft's, or does not follow the one before it
 */
export function tokensOn(
  { tokens, parents }: Draft,
  path: readonly number[],
  who = "the session cannot keep",
): Token[] {
  let before = -1;
  for (const node of path) {
    if (parents[node] !== before) {
      const last = before < 0 ? "the last committed token" : `node ${before}`;
      throw failure(`${who} node ${node}: the latest pass's draft has no such node behind ${last}`);
    }
    before = node;
  }
  return path.map((node) => tokens[node]);
}

/** Nodes whose parent is `node`, in draft order. */
export const children = (draft: Draft, node: number): number[] => childrenOfAny(draft, [node]);

/** Nodes whose parent is one of `nodes` (ascending), in draft order, among the `count` nodes behind the first of those. */
export function childrenOfAny(
  { parents }: Draft,
  nodes: readonly number[],
  count = parents.length,
): number[] {
  const found: number[] = [];
  const end = Math.min(parents.length, nodes[0] + 1 + count);
  for (let i = nodes[0] + 1; i < end; i++) if (nodes.includes(parents[i])) found.push(i);
  return found;
}

/**
 * The part of a draft on the given nodes (ascending, each with its parent).
 *
 * @throws a failure for a node without its parent: it would follow another token than it was guessed for
 */
export function subtree(draft: Draft, nodes: readonly number[]): Draft {
  if (nodes.length === draft.tokens.length) return draft;
  const place = new Map(nodes.map((node, i) => [node, i]));
  const take = <T>(list: readonly T[] | undefined) => list && nodes.map((node) => list[node]);
  const parentOf = (node: number) => {
    const parent = draft.parents[node];
    const at = parent < 0 ? -1 : place.get(parent);
    if (at === undefined) throw failure(`node ${node} of a draft is kept, its parent ${parent} is not`);
    return at;
  };
  const behindKept = ({ behind, tokens }: Ahead): Ahead[] => {
    const at = behind < 0 ? -1 : place.get(behind);
    return at === undefined ? [] : [{ behind: at, tokens }];
  };
  return {
    tokens: nodes.map((node) => draft.tokens[node]),
    parents: nodes.map(parentOf),
    drawnFrom: take(draft.drawnFrom),
    confidence: take(draft.confidence),
    ...(draft.ahead && { ahead: draft.ahead.flatMap(behindKept) }),
  };
}

/** The first path of a draft, always down to the first child: what is left of a tree where only chains are judged. */
export function firstPath(draft: Draft): Draft {
  if (isChain(draft)) return draft;
  const path: number[] = [];
  for (let node = children(draft, -1)[0]; node !== undefined; node = children(draft, node)[0])
    path.push(node);
  return subtree(draft, path);
}

/**
 * What a part returned is a draft of this vocabulary. Costs a few comparisons a node.
 *
 * @param who begins the message, as in `the drafter "mine" proposed`
 * @throws a failure that names the part and what is wrong: a parent that does not stand before its child, a token outside the
 * vocabulary, rows ahead that are none, `drawnFrom` or `confidence` of another length, a drawn token that its distribution cannot give, a confidence
 * that is no number from 0 to 1
 */
export function checkDraft(draft: Draft, who: string, vocabularySize: number): void {
  const wrong = (what: string) => failure(`${who} a broken draft: ${what}`);
  if (!draft?.tokens || !draft.parents) throw wrong("tokens or parents are missing");
  const { tokens, parents, drawnFrom, confidence, ahead = [] } = draft;
  if (tokens.length !== parents.length) throw wrong(`${tokens.length} tokens but ${parents.length} parents`);
  for (const [what, list] of [["drawnFrom", drawnFrom] as const, ["confidence", confidence] as const])
    if (list && list.length !== tokens.length)
      throw wrong(`${tokens.length} tokens, but ${what} has ${list.length} entries`);
  for (const { behind, tokens: rows } of ahead) {
    if (!(Number.isInteger(behind) && behind >= -1 && behind < tokens.length))
      throw wrong(`rows ahead are behind node ${behind}, which is none`);
    // Which ones there are behind the vocabulary the model knows.
    const other = rows.find((token) => !(Number.isInteger(token) && token >= 0));
    if (other !== undefined) throw wrong(`a row ahead is token ${other}, which is none`);
  }
  for (let node = 0; node < tokens.length; node++) {
    const token = tokens[node];
    const parent = parents[node];
    if (!(Number.isInteger(parent) && parent >= -1 && parent < node))
      throw wrong(`node ${node} has parent ${parent}, which does not stand before it`);
    if (!(Number.isInteger(token) && token >= 0 && token < vocabularySize))
      throw wrong(`token ${token} is outside the vocabulary of ${vocabularySize}`);
    const from = drawnFrom?.[node];
    if (from && !from.logits && !from.weights) throw wrong(`drawnFrom of node ${node} is no distribution`);
    if (from && !holds(from, token))
      throw wrong(`node ${node} is token ${token}, which the distribution it was drawn from does not have`);
    const sure = confidence?.[node];
    if (confidence && !(typeof sure === "number" && sure >= 0 && sure <= 1))
      throw wrong(`node ${node} has the confidence ${sure}, which is no number from 0 to 1`);
  }
}

import { failure } from "./errors.js";
import type { Draft, Token } from "./types.js";

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

/** Nodes whose parent is `node`, in draft order. */
export function children(draft: Draft, node: number): number[] {
  const found: number[] = [];
  for (let i = node + 1; i < draft.parents.length; i++) if (draft.parents[i] === node) found.push(i);
  return found;
}

/** The part of a draft on the given nodes (ascending, each with its parent). */
export function subtree(draft: Draft, nodes: readonly number[]): Draft {
  if (nodes.length === draft.tokens.length) return draft;
  const place = new Map(nodes.map((node, i) => [node, i]));
  const take = <T>(list: readonly T[] | undefined) => list && nodes.map((node) => list[node]);
  return {
    tokens: nodes.map((node) => draft.tokens[node]),
    parents: nodes.map((node) => (draft.parents[node] < 0 ? -1 : (place.get(draft.parents[node]) ?? -1))),
    drawnFrom: take(draft.drawnFrom),
    confidence: take(draft.confidence),
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

/** @throws a failure that names the drafter and what is wrong, when parents do not stand before their children. */
export function checkDraft(draft: Draft, drafter: string, vocabularySize: number): void {
  const wrong = (what: string) => failure(`the drafter "${drafter}" proposed a broken draft: ${what}`);
  if (draft.tokens.length !== draft.parents.length) {
    throw wrong(`${draft.tokens.length} tokens but ${draft.parents.length} parents`);
  }
  draft.parents.forEach((parent, node) => {
    if (!Number.isInteger(parent) || parent < -1 || parent >= node)
      throw wrong(`node ${node} has parent ${parent}`);
  });
  for (const token of draft.tokens) {
    if (!Number.isInteger(token) || token < 0 || token >= vocabularySize) {
      throw wrong(`token ${token} is outside the vocabulary of ${vocabularySize}`);
    }
  }
}

import { usage } from "../core/errors.js";
import type { Token } from "../core/types.js";
import { shared } from "./shared.js";
import type { Top } from "./top.js";

/** Successors that are kept of a token. */
export const KEPT = 8;

/**
 * What followed tokens, as plain arrays, to be kept in a file: `tokens[i]` was followed by the tokens
 * `successors[KEPT * i ...]`, the likeliest first, with the chances `shares[KEPT * i ...]`; a chance of 0 is no successor. The
 * tokens that were seen last come last.
 */
export interface KnownSuccessors {
  readonly tokens: Uint32Array;
  readonly successors: Uint32Array;
  readonly shares: Float32Array;
}

type Table = Map<Token, Top>;

/** What followed tokens, for all sequences of a drafter (see `Shared`). */
export interface SharedSuccessors {
  open(): { readonly table: ReadonlyMap<Token, Top>; close(learned: ReadonlyMap<Token, Top>): void };
  known(): KnownSuccessors;
}

/** @param most tokens whose successors are kept; those that were seen longest ago are forgotten first */
export function sharedSuccessors(most: number, known?: KnownSuccessors): SharedSuccessors {
  const tables = shared<Table>(known ? tableOf(known) : new Map(), (table) => new Map(table));

  function put(table: Table, learned: ReadonlyMap<Token, Top>): void {
    for (const [token, top] of learned) {
      // A Map keeps the order in which its keys came.
      table.delete(token);
      table.set(token, top);
    }
    for (const token of table.keys()) {
      if (table.size <= most) break;
      table.delete(token);
    }
  }

  return {
    open() {
      const { known: table, close } = tables.open();
      return {
        table,
        close: (learned) => close(learned.size === 0 ? undefined : (into) => put(into, learned)),
      };
    },
    known: () => arraysOf(tables.current),
  };
}

function tableOf({ tokens, successors, shares }: KnownSuccessors): Table {
  const wanted = KEPT * tokens.length;
  if (successors.length !== wanted || shares.length !== wanted)
    throw usage(
      `what is known of ${tokens.length} tokens is ${successors.length} successors and ${shares.length} shares: there must be ${KEPT} of both for each token, as known() gives them`,
    );
  const bad = shares.findIndex((share) => !(share >= 0 && share <= 1));
  if (bad >= 0)
    throw usage(`the share ${bad} of what is known of successors is ${shares[bad]}: shares are from 0 to 1`);
  const table: Table = new Map();
  tokens.forEach((token, i) => {
    const at = Array.from({ length: KEPT }, (_, j) => KEPT * i + j).filter((j) => shares[j] > 0);
    table.set(token, { tokens: at.map((j) => successors[j]), shares: at.map((j) => shares[j]) });
  });
  return table;
}

function arraysOf(table: Table): KnownSuccessors {
  const tokens = Uint32Array.from(table.keys());
  const successors = new Uint32Array(KEPT * tokens.length);
  const shares = new Float32Array(KEPT * tokens.length);
  [...table.values()].forEach((top, i) => {
    successors.set(top.tokens, KEPT * i);
    shares.set(top.shares, KEPT * i);
  });
  return { tokens, successors, shares };
}

import MiniSearch from "minisearch";
import { usage } from "../../core/errors.js";
import type { Passage, Retriever } from "./passages.js";

/** Passages that can be searched; more can be added. */
export interface PassageIndex {
  /** Those that are known already are left out. */
  add(passages: Iterable<Passage>): void;
  /** The passages with a word of the query, the best by BM25 first. */
  find(query: string, count: number): Passage[];
}

/** @throws a usage error for a passage without an id */
export function passageIndex(): PassageIndex {
  const known = new Map<string, Passage>();
  const index = new MiniSearch<Passage>({ fields: ["text"] });
  return {
    add(passages) {
      for (const passage of passages) {
        if (typeof passage?.id !== "string" || typeof passage.text !== "string")
          throw usage(`a passage is ${JSON.stringify(passage)}: give { id, text }, both texts`);
        if (known.has(passage.id)) continue;
        known.set(passage.id, passage);
        index.add(passage);
      }
    },
    find: (query, count) =>
      index
        .search(query, { prefix: false, fuzzy: false, combineWith: "OR" })
        .slice(0, count)
        .flatMap(({ id }) => known.get(id) ?? []),
  };
}

/**
 * A retriever over passages in memory: BM25+ (Robertson and Zaragoza 2009; Lv and Zhai 2011), as MiniSearch has it.
 *
 * @throws a usage error where there is no passage, or one without an id
 *
 * @example
 * const retriever = bm25([{ id: "tea", text: "Tea is a drink made of leaves." }]);
 */
export function bm25(passages: Iterable<Passage>): Retriever {
  const index = passageIndex();
  const all = [...passages];
  if (all.length === 0) throw usage("a retriever needs passages, and there are none: give some");
  index.add(all);
  return {
    async search(queries, { count, signal }) {
      signal?.throwIfAborted();
      return queries.map((query) => index.find(query, count));
    },
  };
}

/** A text that can be put before a prompt. */
export interface Passage {
  /** Two passages of one id are the same one. */
  readonly id: string;
  readonly text: string;
}

/** How a search is asked for. */
export interface SearchOptions {
  /** Most passages for each query. */
  readonly count: number;
  readonly signal?: AbortSignal;
}

/**
 * Finds passages. What it finds must depend on the query alone: the same query has the same best passage, whichever others are
 * asked with it.
 */
export interface Retriever {
  /** For each query, in their order, what fits it, the best first. */
  search(queries: readonly string[], options: SearchOptions): Promise<readonly (readonly Passage[])[]>;
}

/**
 * What a session has read, as it is at any time: models that share layers with its own may go on from there (see `targetPart`),
 * without reading it themselves. Nothing can be changed through it.
 */
export interface Past {
  /** Committed tokens. */
  readonly length: number;
}

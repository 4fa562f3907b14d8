/** Takes things in, in order: sound, frames, bytes. */
export interface Sink<T> {
  /** Resolves when there is room for more. */
  write(piece: T): Promise<void>;
  /** Resolves when all of it is where it belongs. */
  close(): Promise<void>;
  /** Leaves nothing behind. */
  abort(): Promise<void>;
}

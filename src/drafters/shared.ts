/**
 * What a drafter has learned, for all its sequences: those that run do not see what others learn meanwhile, so that their drafts
 * do not depend on what else runs at the same time.
 */
export interface Shared<T> {
  readonly current: T;
  /** What is known when a sequence starts; `close` adds what the sequence learned for those that start behind its end. */
  open(): { readonly known: T; close(learn?: (into: T) => void): void };
}

/** @param copy another one that knows the same: what sequences still read is left as it is */
export function shared<T>(first: T, copy: (of: T) => T): Shared<T> {
  let current = { known: first, users: 0 };
  return {
    get current() {
      return current.known;
    },
    open() {
      const mine = current;
      mine.users++;
      return {
        known: mine.known,
        close(learn) {
          mine.users--;
          if (!learn) return;
          if (current.users > 0) current = { known: copy(current.known), users: 0 };
          learn(current.known);
        },
      };
    },
  };
}

/** Of all time this share may be lost, over a long run, in finding out whether drafting pays. */
const SHARE = 0.008;
/** Losses up to this many plain passes are borne at once. */
const AT_ONCE = 7;
/** ... and up to this many where drafting has gained more before: long drafts that fall must not end what pays. */
const RESERVE = 40;

/**
 * What was lost by the clock against plain decoding, in plain passes: each token puts a little on the account, so does what
 * drafting gains, and each round that took longer than its tokens would have taken plainly is paid from it. So over N tokens
 * from the start no more than AT_ONCE + N / 125 passes' time is lost, whatever a plan believes.
 */
export interface Account {
  /** What a round may lose now. */
  readonly credit: number;
  /** What is there without gains at most. */
  readonly most: number;
  /** A plain round: its tokens. */
  plain(tokens: number): void;
  /** A round with a draft: its tokens, and its time in plain passes. */
  drafted(tokens: number, passes: number): void;
}

export function createAccount(): Account {
  let credit = AT_ONCE;
  const put = (passes: number, most: number) => {
    if (passes < 0 || credit < most) credit = Math.min(most, credit + passes);
  };
  return {
    get credit() {
      return credit;
    },
    most: AT_ONCE,
    plain: (tokens) => put(SHARE * tokens, AT_ONCE),
    drafted: (tokens, passes) => put((1 + SHARE) * tokens - passes, RESERVE),
  };
}

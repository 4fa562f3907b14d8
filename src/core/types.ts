import type { Distribution } from "./distribution.js";
import type { Past } from "./past.js";
import type { Sampling } from "./sampling.js";
import type { Ahead, Token, TokenMask } from "./token.js";

export type { Past } from "./past.js";
export type { Ahead, Token, TokenMask } from "./token.js";

/** A tree of guessed tokens, parents before children. A chain has the parents -1, 0, 1, ... */
export interface Draft {
  readonly tokens: readonly Token[];
  /** Index of each node's parent; -1: the node follows the last committed token. */
  readonly parents: readonly number[];
  /**
   * The distribution each node was drawn from, given the siblings drawn before it; undefined where nothing was drawn
   * (a lookup). Rejection sampling is exact only if this is the newest distribution the guess came from, and if no drawn
   * guess is left out because of its value: what was drawn is proposed.
   */
  readonly drawnFrom?: readonly (Distribution | undefined)[];
  /**
   * The drafter's own estimate, 0..1, that a node stands once its parent does. Plans cut drafts by it, so for a drawn node
   * it must not depend on what was drawn there (take the maximum of the distribution): hiding unlikely draws would bias
   * rejection sampling.
   */
  readonly confidence?: readonly number[];
  /**
   * Rows that the pass scores and nobody judges or keeps; `Round.logits` has what the target says there. They cost as much as
   * guesses do, and change no bit of those, as they come last in a pass. Those that reach beyond the sequence's end are left out.
   */
  readonly ahead?: readonly Ahead[];
}

/** Committed tokens to append to a session, and a draft to score on top of them. */
export interface Step {
  readonly session: Session;
  readonly tokens: readonly Token[];
  readonly draft?: Draft;
  /** Names of further outputs to bring along (a hidden state, drafting heads). */
  readonly hidden?: readonly string[];
}

/** A model of the next token. One pass may serve several sessions: guidance, batches, a server. */
export interface Model {
  /** What error messages call it. */
  readonly name?: string;
  readonly vocabularySize: number;
  /** Most tokens a session may hold, prompt included. */
  readonly contextLength: number;
  /**
   * Draft shapes whose scores equal, bit for bit, those of passes without a draft. "tree" includes chains; "none" promises
   * nothing, so that no verifier can give identical output.
   */
  readonly exact: "none" | "chain" | "tree";
  open(): Promise<Session>;
  /** Sessions that run as one batch wherever a pass serves all of them, in this order and with equally many rows each. */
  openTogether?(count: number): Promise<Session[]>;
  /**
   * Appends `tokens` for good and scores the draft on top, for each step, in their order. Passes do not overlap: a caller
   * awaits one before it starts the next. One that rejects leaves its sessions as they were, or closes to further use.
   */
  pass(steps: readonly Step[], options?: { signal?: AbortSignal }): Promise<Scores[]>;
}

/** One sequence and its cache. */
export interface Session extends AsyncDisposable {
  /** Committed tokens in the cache. */
  readonly length: number;
  /** For drafters that are a part of the model (see `Past`); undefined where there is nothing to show, or not yet. */
  readonly past?: Past;
  /** Commits the draft nodes on `path` (of the latest pass); the rest of the draft is forgotten. */
  keep(path: readonly number[]): void;
  /** Forgets all but the first `length` committed tokens. */
  rewind(length: number): void;
  /** Another session with the committed tokens, and none of a draft: what may be kept of that is left to this one. */
  fork(): Session;
}

/**
 * What a pass found out. Node -1 is the last committed token. Rows stay raw until they are asked for; one that was given stays
 * as it is (drafters keep distributions from pass to pass), and nobody but the model writes to it.
 */
export interface Scores {
  /** Logits of the token after `node`, `[vocabularySize]`; -Infinity: never. NaN and +Infinity end a run with an error. */
  row(node: number): Float32Array;
  /**
   * A further output at `node`, if the step asked for it. Node -2 is the last committed token but one, and so on: undefined
   * where the model gives nothing for those.
   */
  hidden?(node: number, tap: string): Float32Array | undefined;
}

/**
 * What may follow, by state. States are persistent: every node of a draft has its own. Only prefixes that the rules allow
 * reach them: `advance` is never given a masked token, and nothing is asked behind an end.
 */
export interface Rules<State = unknown> {
  readonly start: State;
  advance(state: State, token: Token): State;
  /** Tokens allowed next; undefined: all. */
  mask(state: State): TokenMask | undefined;
  /** True when the sequence is complete: its last token is the end, nothing follows. */
  ended(state: State): boolean;
}

/** A prompt as tokens, and what a drafter may use besides. */
export interface Encoded {
  readonly tokens: readonly Token[];
  /** Any sequence worth copying from, in the order the output is expected. */
  readonly reference?: readonly Token[];
  /** Shape of a grid of tokens, slowest axis first (frames, rows, columns): neighbours are offsets into the output. */
  readonly grid?: readonly number[];
  /** Tokens of the output that come before the grid. */
  readonly lead?: number;
  /**
   * Tokens of the output that are known beforehand, by place; undefined: free. For the modality's own rules, which make them
   * so (see `byPlace`): by itself it forces nothing, and drafters ask for `DraftContext.forced`.
   */
  readonly given?: readonly (Token | undefined)[];
  /** Pieces of the grid worth copying from, to any place: things that the prompt names, as they were seen before. */
  readonly pieces?: readonly Piece[];
  /** Most tokens worth generating for this prompt. */
  readonly maxTokens?: number;
}

/** A rectangle of tokens, row by row. */
export interface Piece {
  readonly rows: number;
  readonly columns: number;
  readonly tokens: readonly Token[];
}

/** Most nodes, and most nodes in a row, a draft may have this round. What is proposed beyond it is cut off at its end. */
export interface Budget {
  readonly nodes: number;
  readonly depth: number;
  /**
   * Guesses behind the first one that are less likely to stand than this (ancestors included) are not worth a row: a drafter may stop
   * there. The first one may cost no row (see `languageModel`): the plan looks at it by itself.
   */
  readonly worth?: number;
}

/** What a drafter sees each round. */
export interface DraftContext {
  readonly prompt: readonly Token[];
  /** Tokens committed since the prompt: one array for the whole run, which grows from round to round. */
  readonly output: readonly Token[];
  readonly budget: Budget;
  /** What is left of raw logits after the run's masks, penalties, temperature and cuts, behind the drafted `path`. */
  distribution(logits: Float32Array, path?: readonly Token[]): Distribution;
  /** Draws for the position `depth` places after the next one: with that position's own noise, or with fresh chance. */
  draw(distribution: Distribution, depth: number): Token;
  /** The only token that the rules allow behind the drafted `path`; undefined where there is a choice, or no rule. */
  forced(path?: readonly Token[]): Token | undefined;
}

export interface DraftSetup<E extends Encoded = Encoded> {
  readonly model: Model;
  /** What the target's session of this sequence has read by now (see `Session.past`). */
  readonly past?: () => Past | undefined;
  readonly encoded: E;
  readonly sampling: Sampling;
  /** What will be judged: of a tree only the path of first children where this is "chain". */
  readonly shape: "chain" | "tree";
  readonly signal?: AbortSignal;
}

/** Guesses the next few tokens. Good for every medium: knows neither a model format nor a verifier. */
export interface Drafter<E extends Encoded = Encoded> {
  readonly name: string;
  /** Names of target outputs it wants with every pass (see `Step.hidden`). */
  readonly taps?: readonly string[];
  /** A property, so that a drafter which needs one medium's encoding is no drafter of another's. */
  readonly start: (setup: DraftSetup<E>) => Promise<Drafting>;
}

/** A drafter at work on one sequence. */
export interface Drafting {
  propose(context: DraftContext): Draft | Promise<Draft>;
  observe?(round: Round): void;
  close?(): void | PromiseLike<void>;
}

/** What a verifier decides from. `depth` counts drafted tokens on the path: 0 is the position after the last committed token. */
export interface VerifyContext {
  readonly draft: Draft;
  /** The target's distribution after `node` (-1: after the last committed token). */
  target(node: number): Distribution;
  /** Its logits there, masked (-Infinity) and penalised, before temperature and cuts: at temperature 0 `target` is one token. */
  logits(node: number): Float32Array;
  /** Draws with the position's own noise: a pure function of seed, position and distribution. */
  pick(distribution: Distribution, depth: number): Token;
  /** A fresh uniform number in (0, 1). */
  chance(): number;
}

/** The nodes that stand, from the root down, and the token that follows them. */
export interface Verdict {
  readonly path: readonly number[];
  readonly next: Token;
}

/** How far from the target's distribution a relaxed verifier goes: in words, and as a number that a test can hold it to. */
export interface Bound {
  readonly bound: string;
  /** Most total variation from the target's distribution at a position, 0..1. */
  readonly totalVariation?: number;
  /**
   * Most times as likely as under the target that any token becomes. Where the target has one token (temperature 0) `admits`,
   * if there is one, counts instead: of a probability of 0 there is no multiple.
   */
  readonly ratio?: number;
  /** A function of tokens whose distribution stays the target's. */
  readonly exactOver?: (token: Token) => number;
  /** Whether a guess may stand in for plain decoding's draw where these are the target's logits. */
  readonly admits?: (guess: Token, logits: Float32Array, target: Distribution) => boolean;
  /** Most guesses in a row that stand in for plain decoding's draws. */
  readonly inARow?: number;
}

export interface Verifier {
  readonly name: string;
  /** identical: plain decoding's tokens; lossless: the target's distribution; else how far from it at most. */
  readonly guarantee: "identical" | "lossless" | Bound;
  /** The most general draft it can judge. */
  readonly shape: "chain" | "tree";
  /** Where drafters' draws come from: the position's own noise (identical) or fresh chance. */
  readonly draws: "noise" | "chance";
  verify(context: VerifyContext): Verdict;
}

/** Milliseconds a round took, by part. */
export interface Timing {
  readonly draft: number;
  readonly target: number;
  readonly verify: number;
  readonly total: number;
}

/** One turn of the loop. */
export interface Round {
  /** Tokens committed before this round. */
  readonly start: number;
  /** What was verified. */
  readonly draft: Draft;
  /** Guesses that were proposed; rules and the plan may have left some out. */
  readonly proposed: number;
  readonly verdict: Verdict;
  /** Newly committed tokens: those of the path, then the next one; cut where the sequence ends. */
  readonly tokens: readonly Token[];
  /** True for the last round, and why it is the last. */
  readonly finish?: "end" | "length";
  /** The target's distribution after a node, rejected ones included: Jacobi decoding redraws from them. */
  target(node: number): Distribution;
  /**
   * The target's logits after a node, as the model gave them: before rules, penalties, temperature and cuts. The row of the
   * pass's scores, looked up when it is asked for; nobody writes to it. The rows of `Draft.ahead` are numbered on
   * behind the nodes. Throws where the model has no such row.
   */
  logits(node: number): Float32Array;
  /** A tapped output of the target at a node. */
  hidden(node: number, tap: string): Float32Array | undefined;
  /** As `DraftContext.draw`, counted from this round's first position. */
  draw(distribution: Distribution, depth: number): Token;
  readonly timing: Timing;
}

/** Decides how far to draft. Serves many sequences, also at once: what it learns from one is a start for the others. */
export interface Plan {
  start(setup: PlanSetup): Planning;
}

export interface PlanSetup {
  /** Tokens of the prompt: a pass behind many of them takes longer. */
  readonly prompt: number;
}

/** A plan at work on one sequence. */
export interface Planning {
  /** Room for the next draft; zero nodes: no draft. */
  budget(): Budget;
  /**
   * The part of a proposed draft that is worth verifying. A guess may be left out only for what was known before it was
   * drawn, not for its value nor for what stands behind it: hiding draws by their value would bend lossless verifiers.
   */
  trim(draft: Draft): Draft;
  observe(round: Round): void;
}

/** A medium: prompt -> tokens, rounds -> pieces a person can read, see or hear. */
export interface Modality<Prompt, Chunk, E extends Encoded = Encoded> {
  readonly name: string;
  encode(prompt: Prompt): Promise<E>;
  rules?(encoded: E): Rules<unknown> | undefined;
  /** Streams: sees each round as it is done, what was only drafted included. */
  decode(rounds: AsyncIterable<Round>, encoded: E): AsyncIterable<Chunk>;
}

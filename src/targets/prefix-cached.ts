import { closeAll } from "../core/close.js";
import { usage } from "../core/errors.js";
import { type ListSession, listSession } from "../core/session.js";
import { EMPTY, isChain } from "../core/tree.js";
import type { Model, Session, Step, Token } from "../core/types.js";
import { createKept, type PrefixCacheOptions } from "./kept-sessions.js";

export type { PrefixCacheOptions } from "./kept-sessions.js";

/** A model that remembers what its sessions have read. */
export interface PrefixCached extends Model {
  /** Sessions that are kept now, and the memory they take. */
  readonly kept: { readonly sessions: number; readonly bytes: number };
  /** Frees all that is kept. */
  clear(): Promise<void>;
}

const ALL = Number.POSITIVE_INFINITY;

interface Cached extends ListSession {
  /** The model's own session; none before the first pass, which chooses it. */
  inner: Session | undefined;
  /** Whether it may be kept once it is closed. */
  readonly lasting: boolean;
  /** So many first tokens have rows that equal those of plain decoding, bit by bit; Infinity: all. */
  exact: number;
  /** Most rows the inner session ever had. */
  rows: number;
  state: "open" | "failed" | "closed";
}

type Start = Pick<Cached, "inner" | "lasting" | "exact" | "rows">;

/**
 * A model that does not read twice what it has read before: a session that is closed is kept, and one that begins with the same
 * tokens takes them over (a chat's next turn, further answers to a prompt, prompts with the same first part). All sessions of
 * the model share what is kept, up to a limit of memory; what was not used for longest goes first.
 *
 * Scores are those of the model by itself, bit by bit, if its scores do not depend on how a prompt is divided into passes, as
 * those of `languageModel` do not: the last token of a first pass is always read anew, and nothing is taken over from behind a
 * draft whose scores are not exact. A model that promises no exact scores (`exact: "none"`) is left as it is.
 *
 * Sessions that cannot be forked or rewound cost a reading of the prompt, and no more.
 *
 * @example
 * const target = prefixCached(model, { megabytes: 512, bytes: (rows) => cacheBytes(shape, rows) });
 *
 * @throws a usage error for a limit below 0
 */
export function prefixCached(model: Model, options: PrefixCacheOptions): PrefixCached {
  const kept = createKept(options);

  function cached(tokens: Token[], start: Start): Cached {
    /** Follows the list's changes with whatever session is the inner one then. */
    const follower: Session = {
      get length() {
        return tokens.length;
      },
      get past() {
        return session.inner?.past;
      },
      keep(path) {
        session.inner?.keep(path);
        const isExact = model.exact === "tree" || isChain(session.draft);
        if (path.length && !isExact) session.exact = Math.min(session.exact, tokens.length);
      },
      rewind(length) {
        session.inner?.rewind(length);
        if (length <= session.exact) session.exact = ALL;
      },
      fork: () => forked(tokens.slice()),
      [Symbol.asyncDispose]: () => close(session),
    };
    const forked = (copy: Token[]) => {
      const { exact, rows, lasting, state } = session;
      const inner = session.inner?.fork();
      return cached(copy, { inner, exact, rows, lasting: lasting && state === "open" });
    };
    const list = listSession(tokens, forked, () => close(session), follower);
    const session: Cached = Object.assign(list, { ...start, state: "open" as const });
    return session;
  }

  async function close(session: Cached): Promise<void> {
    const { inner, state, lasting } = session;
    session.inner = undefined;
    session.state = "closed";
    if (!inner) return;
    const known = Math.min(session.exact, session.tokens.length);
    if (!lasting || state === "failed" || !rewound(inner, known)) return inner[Symbol.asyncDispose]();
    await kept.put({ inner, tokens: session.tokens.slice(0, known), rows: session.rows });
  }

  /** The step as the inner model reads it: without what its session knows already. */
  async function begun(step: Step): Promise<Step> {
    const session = step.session as Cached;
    if (session.state === "closed") throw usage("a pass was asked of a session that is closed");
    let { tokens } = step;
    if (!session.inner) {
      const found = kept.take(tokens);
      session.inner = found?.inner ?? (await model.open());
      session.rows = found?.rows ?? 0;
      tokens = tokens.slice(found?.tokens.length ?? 0);
    }
    return { ...step, session: session.inner, tokens };
  }

  /** A session that had read nothing is as it was; of the others nobody knows what they hold. */
  const failed = async (session: Cached) => {
    const { inner, state } = session;
    if (state === "closed") return;
    if (session.length > 0) {
      session.state = "failed";
      return;
    }
    session.inner = undefined;
    await inner?.[Symbol.asyncDispose]();
  };

  const together = model.openTogether?.bind(model);
  /** A session of the model's own, which is not kept. */
  const passing = (inner: Session) => cached([], { inner, exact: ALL, rows: 0, lasting: false });
  const { name, vocabularySize, contextLength, exact } = model;
  const self: PrefixCached = {
    name,
    vocabularySize,
    contextLength,
    exact,
    open: async () =>
      exact === "none"
        ? passing(await model.open())
        : cached([], { inner: undefined, exact: ALL, rows: 0, lasting: true }),
    // What runs as a batch shares a cache, of which no part can be kept.
    openTogether: together && (async (count) => (await together(count)).map(passing)),
    async pass(steps, settings) {
      const sessions = steps.map(({ session }) => session as Cached);
      try {
        const ready: Step[] = [];
        for (const step of steps) ready.push(await begun(step));
        const scores = await model.pass(ready, settings);
        steps.forEach(({ tokens, draft = EMPTY }, i) => {
          const session = sessions[i];
          session.tokens.push(...tokens);
          session.draft = draft;
          session.rows = Math.max(session.rows, session.length + Math.max(1, draft.tokens.length));
        });
        return scores;
      } catch (error) {
        await closeAll(
          sessions.map((session) => () => failed(session)),
          true,
        );
        throw error;
      }
    },
    get kept() {
      return { sessions: kept.sessions, bytes: kept.bytes };
    },
    clear: () => kept.clear(),
  };
  return self;
}

function rewound(session: Session, length: number): boolean {
  try {
    session.rewind(length);
    return session.length === length;
  } catch {
    return false;
  }
}

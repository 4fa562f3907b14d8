import { EMPTY, isChain, pathTo } from "../core/tree.js";
import type { Draft, Model, Session, Step, Token } from "../core/types.js";
import { assert } from "./check.js";

/** A session, and a plain list of the tokens that it should hold. */
export interface Recorded {
  readonly session: Session;
  /** Tokens it should hold, the prompt included. */
  readonly held: Token[];
  /** The draft of its latest pass. */
  draft: Draft;
  /** The place of the first token that was kept from a draft for which the model does not promise exact scores. */
  inexactFrom: number;
}

/** What a step of a pass gives a session. */
export interface Turn {
  readonly on: Recorded;
  readonly tokens: readonly Token[];
  readonly draft?: Draft;
}

/** Sessions of one model under test. Whatever is done to them goes through here and is compared with the record. */
export interface Recorder extends AsyncDisposable {
  readonly model: Model;
  open(): Promise<Recorded>;
  openTogether(count: number): Promise<Recorded[]>;
  /** One pass. Compares lengths, and the scores of every step behind every node, with those of a lone session. */
  pass(...turns: readonly Turn[]): Promise<void>;
  keep(on: Recorded, path: readonly number[]): void;
  rewind(on: Recorded, length: number): void;
  fork(on: Recorded): Recorded;
  close(on: Recorded): Promise<void>;
}

/**
 * Rows of logits by the tokens behind the prompt. Of use for all models that a check's `create` makes, as these are the same
 * model.
 */
export type KnownRows = Map<string, Float32Array>;

export interface SessionCheckOptions {
  readonly prompt: readonly Token[];
  /**
   * Some tokens that may follow the prompt, at least eight. The more of them differ, the more mistakes show: three different
   * ones at least, where the vocabulary has them.
   */
  readonly continuation: readonly Token[];
  /** Largest difference of logits that counts as equal; 0: bit for bit. */
  readonly tolerance?: number;
  /**
   * The same where the model's `exact` does not cover a draft, and behind what was kept of such a draft: as a share of the
   * row's spread, its largest logit less its smallest; 1e-3 if left out. A model exact for chains only sums a node's attention
   * in another order where other nodes stand between its ancestors. In float32 that moves logits by a millionth of their
   * spread. A model that rounds activations to 8 bits mostly gives the same scores, and now and then rounds a value to its
   * other neighbour: measure by how much that moves its logits, and give it three times that. A wrong ancestor moves most
   * rows by a tenth of their spread and more.
   */
  readonly treeTolerance?: number;
}

/** What the checks of one kind need: tokens of the caller, and sessions that are compared with a record. */
export interface SessionTools {
  readonly prompt: readonly Token[];
  readonly continuation: readonly Token[];
  /** A fresh model with sessions on record. */
  start(): Promise<Recorder>;
}

export async function recorder(
  create: () => Promise<Model>,
  { prompt, tolerance = 0, treeTolerance = 1e-3 }: SessionCheckOptions,
  known: KnownRows,
): Promise<Recorder> {
  const model = await create();
  const opened = new Set<Recorded>();
  let passes = 0;

  function record(
    session: Session,
    held: readonly Token[],
    inexactFrom = Number.POSITIVE_INFINITY,
  ): Recorded {
    const recorded = { session, held: held.slice(), draft: EMPTY, inexactFrom };
    opened.add(recorded);
    return recorded;
  }

  /**
   * The row behind `held` and the tokens of `path`, which a session of its own reads: all that is held at once, then a token
   * a pass, without drafts, forks or rewinds.
   */
  async function expected(held: readonly Token[], path: readonly Token[]): Promise<Float32Array> {
    const key = (count: number) => [...held.slice(prompt.length), ...path.slice(0, count)].join();
    const found = known.get(key(path.length));
    if (found) return found;
    await using session = await model.open();
    for (let count = 0; count <= path.length; count++) {
      const [scores] = await model.pass([{ session, tokens: count === 0 ? held : [path[count - 1]] }]);
      known.set(key(count), scores.row(-1).slice());
    }
    return known.get(key(path.length))!;
  }

  const isExact = (draft: Draft) =>
    model.exact === "tree" || draft.tokens.length === 0 || (model.exact === "chain" && isChain(draft));

  function checkLength({ session, held }: Recorded, what: string) {
    assert(session.length === held.length, `length ${session.length} after ${what}, expected ${held.length}`);
  }

  async function open(): Promise<Recorded> {
    return record(await model.open(), []);
  }

  return {
    model,
    open,
    async openTogether(count) {
      const sessions = (await model.openTogether?.(count)) ?? [];
      assert(
        sessions.length === count && new Set(sessions).size === count,
        `openTogether(${count}) gave ${sessions.length} sessions, ${new Set(sessions).size} of them different ones`,
      );
      return sessions.map((session) => record(session, []));
    },
    async pass(...turns) {
      passes++;
      const steps: Step[] = turns.map(({ on, ...step }) => ({ session: on.session, ...step }));
      const all = await model.pass(steps);
      // Rows may be views that the next pass writes over, and `expected` runs passes.
      const rows = all.map((scores, i) =>
        Array.from({ length: (turns[i]?.draft ?? EMPTY).tokens.length + 1 }, (_, at) =>
          scores.row(at - 1).slice(),
        ),
      );
      assert(all.length === turns.length, `pass ${passes}: ${all.length} scores for ${turns.length} steps`);
      for (const [i, { on, tokens, draft = EMPTY }] of turns.entries()) {
        on.held.push(...tokens);
        on.draft = draft;
        checkLength(on, `pass ${passes}`);
        const exact = isExact(draft) && on.inexactFrom === Number.POSITIVE_INFINITY;
        const behind = (node: number) =>
          expected(
            on.held,
            pathTo(draft, node).map((each) => draft.tokens[each]),
          );
        // From the last node, so that one session reads a long chain once.
        for (let node = draft.tokens.length - 1; node >= -1; node--) await behind(node);
        for (let node = -1; node < draft.tokens.length; node++) {
          const row = await behind(node);
          const allowed = exact ? tolerance : Math.max(tolerance, treeTolerance * spread(row));
          const difference = farthest(rows[i][node + 1], row);
          const option = exact ? "tolerance" : "treeTolerance";
          assert(
            difference <= allowed,
            `pass ${passes}, step ${i}, node ${node}: logits differ by ${difference} (allowed by ${option}: ${allowed})`,
          );
        }
      }
    },
    keep(on, path) {
      if (path.length > 0 && !isExact(on.draft)) on.inexactFrom = Math.min(on.inexactFrom, on.held.length);
      on.session.keep(path);
      for (const node of path) on.held.push(on.draft.tokens[node]);
      on.draft = EMPTY;
      checkLength(on, `keep([${path}])`);
    },
    rewind(on, length) {
      on.session.rewind(length);
      on.held.length = length;
      on.draft = EMPTY;
      if (length <= on.inexactFrom) on.inexactFrom = Number.POSITIVE_INFINITY;
      checkLength(on, `rewind(${length})`);
    },
    fork(on) {
      const twin = record(on.session.fork(), on.held, on.inexactFrom);
      checkLength(twin, "a fork");
      checkLength(on, "its fork");
      return twin;
    },
    async close(on) {
      opened.delete(on);
      await on.session[Symbol.asyncDispose]();
    },
    async [Symbol.asyncDispose]() {
      for (const { session } of opened) await session[Symbol.asyncDispose]();
    },
  };
}

/** Largest difference of two rows; NaN, which no tolerance allows, where either has one or lengths differ. */
function farthest(a: Float32Array, b: Float32Array): number {
  if (a.length !== b.length) return Number.NaN;
  let most = 0;
  // Equal infinities (tokens that never come) do not differ.
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) most = Math.max(most, Math.abs(a[i] - b[i]));
  return most;
}

/** From the smallest to the largest of a row's finite logits. */
function spread(row: Float32Array): number {
  const finite = row.filter(Number.isFinite);
  return (
    finite.reduce((a, b) => Math.max(a, b), -Infinity) - finite.reduce((a, b) => Math.min(a, b), Infinity)
  );
}

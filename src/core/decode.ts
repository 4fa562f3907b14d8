import type { Distribution } from "./distribution.js";
import { failure, usage } from "./errors.js";
import { createNoise, type Noise, pick, sample } from "./noise.js";
import { plain } from "./plan.js";
import { createSampler, type Sampling } from "./sampling.js";
import { checkDraft, depths, EMPTY, firstPath, pathTo, subtree } from "./tree.js";
import type {
  Draft,
  Drafter,
  Drafting,
  Encoded,
  Model,
  Plan,
  Round,
  Rules,
  Scores,
  Token,
  Verifier,
} from "./types.js";

export interface DecodeOptions<E extends Encoded = Encoded> {
  readonly target: Model;
  readonly encoded: E;
  readonly verifier: Verifier;
  /** Left out: plain decoding. */
  readonly drafter?: Drafter<E>;
  /** How far to draft each round; plain decoding without one. */
  readonly plan?: Plan;
  readonly sampling?: Sampling;
  readonly rules?: Rules<unknown>;
  readonly seed?: number;
  /** Which of several sequences of one seed this is. */
  readonly stream?: number;
  /** Most tokens to generate; the context's room and `encoded.maxTokens` limit it too. */
  readonly maxTokens?: number;
  readonly signal?: AbortSignal;
  /** Milliseconds; rounds are timed with it. */
  readonly clock?: () => number;
}

/**
 * Draft, verify, commit, again. Yields a round for each pass of the target; the rounds' tokens, joined, are the output.
 * Leaving early (break, throw, abort) frees everything.
 *
 * @throws usage errors for a prompt that is empty or too long; the signal's reason when aborted.
 */
export async function* decode<E extends Encoded>(
  options: DecodeOptions<E>,
): AsyncGenerator<Round, void, undefined> {
  const { target, encoded, verifier, drafter, plan = plain(), sampling = {}, rules, signal } = options;
  const clock = options.clock ?? (() => performance.now());
  const limit = tokenLimit(options);
  const noise = createNoise(options.seed ?? 0, options.stream);
  const sampler = createSampler(sampling);
  signal?.throwIfAborted();

  const session = await target.open();
  const output: Token[] = [];
  let drafting: Drafting | undefined;
  let pending: readonly Token[] = encoded.tokens;
  let state = rules?.start;
  try {
    const opened = clock();
    drafting = await drafter?.start({ model: target, encoded, sampling, signal });
    // What a drafter does between rounds is drafting, too: the next round answers for it.
    let between = clock() - opened;
    while (output.length < limit) {
      signal?.throwIfAborted();
      const began = clock();
      const start = output.length;
      const room = limit - start - 1;
      const judge = createJudge({ sampler, rules, state, prompt: encoded.tokens, output, noise, verifier });

      const budget = drafting && room > 0 ? plan.budget() : undefined;
      let draft = EMPTY;
      if (drafting && drafter && budget && budget.nodes > 0) {
        const { draw, raw } = judge;
        const fitting = { ...budget, depth: Math.min(budget.depth, room) };
        const proposed = await drafting.propose({
          prompt: encoded.tokens,
          output,
          budget: fitting,
          distribution: raw,
          draw,
        });
        checkDraft(proposed, drafter.name, target.vocabularySize);
        draft = plan.trim(judge.reachable(judgeable(proposed, verifier, target), room));
      }
      const drafted = clock();

      const step = { session, tokens: pending, draft, hidden: drafter?.taps };
      const [scores] = await target.pass([step], { signal });
      const scored = clock();

      const row = judge.rows(draft, scores);
      const verdict = verifier.verify({ draft, target: row, pick: judge.pick, chance: noise.chance });
      session.keep(verdict.path);
      const tokens: Token[] = [];
      let ended = false;
      for (const token of [...verdict.path.map((node) => draft.tokens[node]), verdict.next]) {
        tokens.push(token);
        if (rules) state = rules.advance(state, token);
        ended = rules?.ended(state) ?? false;
        // An end may stand inside an accepted block: nothing leaks past it.
        if (ended) break;
      }
      output.push(...tokens);
      pending = [verdict.next];

      const done = clock();
      const round: Round = {
        start,
        draft,
        verdict,
        tokens,
        finish: ended ? "end" : output.length >= limit ? "length" : undefined,
        target: row,
        hidden: (node, tap) => scores.hidden?.(node, tap),
        draw: judge.draw,
        timing: {
          draft: drafted - began + between,
          target: scored - drafted,
          verify: done - scored,
          total: clock() - began + between,
        },
      };
      const observed = clock();
      plan.observe(round);
      drafting?.observe?.(round);
      between = clock() - observed;
      yield round;
      if (round.finish) return;
    }
  } finally {
    await drafting?.close?.();
    await session[Symbol.asyncDispose]();
  }
}

function tokenLimit({ target, encoded, maxTokens = Number.POSITIVE_INFINITY }: DecodeOptions): number {
  const room = target.contextLength - encoded.tokens.length;
  if (encoded.tokens.length === 0)
    throw usage("the prompt is empty: a model needs at least one token to start from");
  if (room < 1) {
    throw usage(
      `the prompt has ${encoded.tokens.length} tokens, the model's context ${target.contextLength}: shorten it`,
    );
  }
  if (!(maxTokens >= 1)) throw usage(`maxTokens is ${maxTokens}: give a number of at least 1`);
  return Math.min(room, Math.floor(maxTokens), encoded.maxTokens ?? Number.POSITIVE_INFINITY);
}

/** Cuts a tree to a chain where the verifier or the target's exactness asks for one. */
function judgeable(draft: Draft, verifier: Verifier, target: Model): Draft {
  const chainsOnly =
    verifier.shape === "chain" || (verifier.guarantee === "identical" && target.exact === "chain");
  return chainsOnly ? firstPath(draft) : draft;
}

interface JudgeSetup {
  readonly sampler: ReturnType<typeof createSampler>;
  readonly rules: Rules<unknown> | undefined;
  readonly state: unknown;
  readonly prompt: readonly Token[];
  readonly output: readonly Token[];
  readonly noise: Noise;
  readonly verifier: Verifier;
}

/** Everything that turns logits of this round's positions into distributions and draws. */
function createJudge({ sampler, rules, state, prompt, output, noise, verifier }: JudgeSetup) {
  const start = output.length;
  const committed = output.slice();
  const walk = (path: readonly Token[]) => path.reduce((at, token) => rules?.advance(at, token), state);
  const raw = (logits: Float32Array, path: readonly Token[] = []) =>
    sampler(logits, { prompt, output: committed, path }, rules?.mask(walk(path)));
  const pickAt = (distribution: Distribution, depth: number) => pick(distribution, noise, start + depth);
  return {
    raw,
    pick: pickAt,
    draw: (distribution: Distribution, depth: number) =>
      verifier.draws === "noise" ? pickAt(distribution, depth) : sample(distribution, noise.chance()),
    /** Without the nodes that no sequence reaches: behind an end, or past the room that is left. */
    reachable(draft: Draft, room: number): Draft {
      const states: unknown[] = [];
      const depth = depths(draft);
      const kept: number[] = [];
      draft.tokens.forEach((token, node) => {
        const parent = draft.parents[node];
        const before = parent < 0 ? state : states[parent];
        const reached = parent < 0 || kept.includes(parent);
        if (!reached || depth[node] >= room || rules?.ended(before)) return;
        states[node] = rules?.advance(before, token);
        kept.push(node);
      });
      return subtree(draft, kept);
    },
    /** The target's distribution behind each node, made when first asked for. */
    rows(draft: Draft, scores: Scores) {
      const made = new Map<number, Distribution>();
      return (node: number) => {
        if (node < -1 || node >= draft.tokens.length) throw failure(`the draft has no node ${node}`);
        let found = made.get(node);
        if (!found) {
          found = raw(
            scores.row(node),
            pathTo(draft, node).map((on) => draft.tokens[on]),
          );
          made.set(node, found);
        }
        return found;
      };
    },
  };
}

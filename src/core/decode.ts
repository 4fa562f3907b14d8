import { adaptive } from "../plans/adaptive.js";
import { aheadWithin, withAhead } from "./ahead.js";
import { closeAll } from "./close.js";
import { failure, inRange, usage } from "./errors.js";
import { createJudge, judgedShape } from "./judge.js";
import { createNoise } from "./noise.js";
import { startPlace } from "./places.js";
import { createSampler, type Sampling } from "./sampling.js";
import { checkDraft, EMPTY } from "./tree.js";
import type {
  Budget,
  Draft,
  Drafter,
  Drafting,
  Encoded,
  Model,
  Plan,
  Round,
  Rules,
  Token,
  Verifier,
} from "./types.js";

export interface DecodeOptions<E extends Encoded = Encoded> {
  readonly target: Model;
  readonly encoded: E;
  readonly verifier: Verifier;
  /** Left out: plain decoding. */
  readonly drafter?: Drafter<E>;
  /** How far to draft each round; left out: as far as it pays, found out on the way. */
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

/** After so many milliseconds, or rounds, the loop lets timers run: one of them may abort it. */
const UNPAUSED = 10;
const UNPAUSED_ROUNDS = 32;

/**
 * Draft, verify, commit, again. Yields a round for each pass of the target; the rounds' tokens, joined, are the output.
 * Leaving early (break, throw, abort) frees everything.
 *
 * @throws usage errors for a prompt that is empty or too long; failures that name a part which returned what cannot be (a
 * draft, a row, a verdict); the signal's reason when aborted.
 */
export async function* decode<E extends Encoded>(
  options: DecodeOptions<E>,
): AsyncGenerator<Round, void, undefined> {
  const { target, encoded, verifier, drafter, sampling = {}, rules, signal } = options;
  checkPart("verifier", verifier, verifier?.verify);
  if (drafter !== undefined) checkPart("drafter", drafter, drafter?.start);
  const { plan = adaptive() } = options;
  const clock = options.clock ?? (() => performance.now());
  const limit = tokenLimit(options);
  const noise = createNoise(options.seed ?? 0, options.stream);
  const sampler = createSampler(sampling);
  if (drafter && verifier.guarantee === "identical" && target.exact === "none")
    throw usage(
      `the model promises no exact scores (exact: "none"), so "${verifier.name}" cannot give identical output: choose a lossless or relaxed verifier, or no drafter`,
    );
  signal?.throwIfAborted();

  const session = await target.open();
  const output: Token[] = [];
  let drafting: Drafting | undefined;
  let pending: readonly Token[] = encoded.tokens;
  let failed = false;
  try {
    const opened = clock();
    let place = startPlace(rules);
    const shape = judgedShape(verifier, target);
    const past = () => session.past;
    drafting = await drafter?.start({ model: target, past, encoded, sampling, shape, signal });
    if (drafter && typeof drafting?.propose !== "function")
      throw failure(`the drafter "${drafter.name}" started nothing that can propose a draft`);
    const planning = drafting && plan.start({ prompt: encoded.tokens.length });
    // A drafter's work between rounds counts as drafting time of the next round.
    let between = clock() - opened;
    let paused = clock();
    for (let turn = 1; output.length < limit && !place.ended; turn++) {
      if (turn % UNPAUSED_ROUNDS === 0 || clock() - paused > UNPAUSED) {
        await new Promise((resolve) => setImmediate(resolve));
        paused = clock();
      }
      signal?.throwIfAborted();
      const began = clock();
      const start = output.length;
      const room = limit - start - 1;
      const judge = createJudge({ target, verifier, sampler, noise, place, prompt: encoded.tokens, output });

      const wanted = room > 0 ? planning?.budget() : undefined;
      if (wanted) checkBudget(wanted);
      let draft = EMPTY;
      let proposed = 0;
      if (drafting && drafter && planning && wanted && Math.min(wanted.nodes, wanted.depth) > 0) {
        const budget = { ...wanted, depth: Math.min(wanted.depth, room) };
        const { raw: distribution, draw, forced } = judge;
        const { tokens: prompt } = encoded;
        const proposal = await drafting.propose({ prompt, output, budget, distribution, draw, forced });
        checkDraft(proposal, `the drafter "${drafter.name}" proposed`, target.vocabularySize);
        proposed = proposal.tokens.length;
        const judgeable = judge.judgeable(proposal, budget);
        draft = planning.trim(judgeable);
        if (draft !== judgeable) checkTrimmed(draft, judgeable, target.vocabularySize);
        draft = aheadWithin(draft, room);
      }
      const drafted = clock();

      const step = { session, tokens: pending, draft: withAhead(draft), hidden: drafter?.taps };
      const [scores] = await target.pass([step], { signal });
      const scored = clock();

      const rows = judge.rows(draft, scores);
      const verdict = verifier.verify({ draft, ...rows, pick: judge.pick, chance: noise.chance });
      const tokens: Token[] = [];
      for (const token of judge.accepted(draft, verdict)) {
        const next = place.step(token);
        if (!next)
          throw failure(`the verifier "${verifier.name}" lets token ${token} stand, which the rules forbid`);
        tokens.push(token);
        place = next;
        // The sequence may end inside an accepted block: what follows the end is dropped.
        if (place.ended) break;
      }
      session.keep(verdict.path);
      output.push(...tokens);
      pending = [verdict.next];

      const done = clock();
      const round: Round = {
        start,
        draft,
        proposed,
        verdict,
        tokens,
        finish: place.ended ? "end" : output.length >= limit ? "length" : undefined,
        target: rows.target,
        logits: rows.raw,
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
      planning?.observe(round);
      drafting?.observe?.(round);
      between = clock() - observed;
      yield round;
      if (round.finish) break;
    }
  } catch (error) {
    failed = true;
    throw error;
  } finally {
    await closeAll([() => drafting?.close?.(), () => session[Symbol.asyncDispose]()], failed);
  }
}

/** @throws a failure that names the part which is no number: drafters would stop at once, or never */
function checkBudget(budget: Budget): void {
  const { nodes, depth, worth = 0 } = budget;
  for (const [what, value] of [
    ["nodes", nodes] as const,
    ["depth", depth] as const,
    ["worth", worth] as const,
  ])
    if (typeof value !== "number" || Number.isNaN(value))
      throw failure(`the plan gave a broken budget: ${what} is ${value}, which is no number`);
}

/** A plan may take guesses away, and nothing else: more of them might not fit the room that is left. */
function checkTrimmed(draft: Draft, { tokens }: Draft, vocabularySize: number): void {
  checkDraft(draft, "the plan made of a draft", vocabularySize);
  if (draft.tokens.length > tokens.length)
    throw failure(
      `the plan made ${draft.tokens.length} guesses of ${tokens.length}: it may only take some away`,
    );
}

function tokenLimit<E extends Encoded>({
  target,
  encoded,
  maxTokens = Number.POSITIVE_INFINITY,
}: DecodeOptions<E>): number {
  const room = target.contextLength - encoded.tokens.length;
  if (encoded.tokens.length === 0)
    throw usage("the prompt is empty: a model needs at least one token to start from");
  if (room < 1) {
    throw usage(
      `the prompt has ${encoded.tokens.length} tokens, the model's context ${target.contextLength}: shorten it`,
    );
  }
  inRange("maxTokens", maxTokens, 1);
  return Math.min(room, Math.floor(maxTokens), encoded.maxTokens ?? Number.POSITIVE_INFINITY);
}

/** Parts themselves are wanted here: models look up names. */
function checkPart(kind: "drafter" | "verifier", part: unknown, method: unknown): void {
  if (typeof method === "function") return;
  const wayOut =
    typeof part === "string" ? `a name; what has it is model.${kind}(${JSON.stringify(part)})` : `no ${kind}`;
  throw usage(`the ${kind} ${JSON.stringify(part)} is ${wayOut}: give the ${kind} itself`);
}

import { rowsAhead } from "../core/ahead.js";
import { createEstimate } from "../core/estimate.js";
import {
  createPassTimes,
  type PassCost,
  type PassTimes,
  rowPrices,
  timesByRows,
} from "../core/pass-times.js";
import { depths, subtree } from "../core/tree.js";
import type { Budget, Draft, Plan, Planning, PlanSetup } from "../core/types.js";
import { createAccount } from "./account.js";
import { createCalibration } from "./calibration.js";
import { createEarnings, type KnownEarnings } from "./earnings.js";
import { NOTHING } from "./fixed.js";
import { createProbes } from "./probes.js";
import { createTrials, type Prospects } from "./trials.js";

export interface AdaptivePlanOptions {
  /** What passes take: a curve that the plan corrects for itself, or times that several plans share. */
  readonly cost?: PassCost | PassTimes;
  /** Most guesses in a row. */
  readonly maxDepth?: number;
  /** Most guesses a round. */
  readonly maxNodes?: number;
  /** What is known of the drafter's guesses (`AdaptivePlan.known` of an earlier run). */
  readonly earnings?: KnownEarnings;
}

export interface AdaptivePlan extends Plan {
  /** What it learned of the drafter's guesses, to start another plan with. */
  known(): KnownEarnings;
}

/** Share of time for plain rounds while drafting pays: they tell what plain decoding takes. */
const CHECKS = 0.004;
/** The first of them comes behind so many rounds: a text may be over by then. */
const FIRST_CHECK = 20;
/** They are made where what plain decoding takes may be wrong enough: by so many standard deviations. */
const CERTAIN = 3;
/** Below this promise plain rounds are made at any time. */
const DOUBTFUL = 1.5;
/** Drafting must promise this much. */
const WORTH = 1.005;
/** Room for a draft whose guesses are chosen by confidence, over the best length; confidences that fill it choose nothing. */
const ROOM = 2;
const FULL = 0.75;
/** A drafter is not told to stop at guesses that are likelier than this. */
const MOST_WORTH = 0.9;
/** Rounds between two looks at all lengths; where drafting has gained much already a late one costs little. */
const HOLDS = 2;
const HOLDS_LONG = 8;
/** What is not known well may be better by so many standard deviations. */
const HOPE = 0.7;
/** What takes longer than usual by more than this factor has been disturbed. */
const PAUSED = 1.5;
/** While nothing is drafted every so many passes are taken in. */
const IDLE_SAMPLE = 4;

/**
 * Drafts as far as it pays on this machine, down to no draft at all. What a pass takes and what guesses earn are running
 * estimates; each round takes the length with the most tokens a millisecond. Three things keep it from being wrong for ever:
 * other lengths are tried now and then, plain rounds too, and while nothing is drafted whole probes; and what is lost by the
 * clock against plain decoding is kept account of (see `Account`), so that it stays under a hundredth in the long run.
 *
 * Of a draft that states confidences only the guesses that are worth their row are verified. Nothing is decided by what was
 * drawn, so that lossless verifiers stay so (see `rowPrices`).
 *
 * @example
 * const plan = adaptive({ cost: passCost(await measureCost(target)), maxDepth: 16 });
 * for await (const piece of generate(modality, prompt, { target, drafter, plan })) consume(piece);
 */
export function adaptive(options: AdaptivePlanOptions = {}): AdaptivePlan {
  const { maxDepth = 24, maxNodes = maxDepth } = options;
  const times = typeof options.cost === "object" ? options.cost : createPassTimes({ cost: options.cost });
  const earnings = createEarnings(maxNodes, options.earnings);
  const calibration = createCalibration();
  const lengths = lengthsUpTo(maxNodes);
  // In plain passes: what drafting takes whatever is drafted, and for each guess.
  const draftTime = createEstimate({ prior: [0.03, 0.003], noise: 0.003, above: 0.2 });
  const account = createAccount();
  const probes = createProbes(account, maxNodes, earnings.isNew);
  const trials = createTrials(lengths, account);
  let sincePlain = 0;
  /** Share of a draft's room that was filled lately. */
  let filled = 0.5;
  let hasSeenPlain = false;

  function start({ prompt }: PlanSetup): Planning {
    const own = earnings.start();
    let position = 0;
    let asked = 0;
    let isProbe = false;
    let isIdle = false;
    let isChecking = false;
    let isConfident = false;
    /** Guesses in a row that the drafter had, before they were trimmed. */
    let had = 0;
    /** Rows of a round's pass that are scored ahead of its guesses, as of late. */
    let ahead = 0;
    let hasDrafted = false;
    let plainTime = 1;
    let rate = 1;
    let perGuess = 0;
    let prices: Float64Array = new Float64Array(1);
    let prospects: Prospects | undefined;
    /** Rounds for which they still hold. */
    let holds = 0;

    /** What is expected of each length, as things stand. */
    function expected(): Prospects {
      const past = prompt + position;
      const byRows = timesByRows(times, maxNodes + 1 + ahead, past);
      const drafted = byRows.subarray(ahead);
      plainTime = byRows[1];
      prices = rowPrices(drafted);
      const { tokens, has, drafts, settles } = own.outlook();
      const [any, each] = Array.from(draftTime.weights, (weight) => Math.max(0, weight) * plainTime);
      const took = new Float64Array(maxNodes + 1);
      // A drafter may have fewer guesses than it is asked for: the rounds in which it has `count` of them, no more, add up.
      for (let count = 0, fewer = 0, drafting = any; count <= maxNodes; count++) {
        took[count] = drafting + fewer + has[count] * drafted[count + 1];
        if (count === maxNodes) break;
        fewer += (has[count] - has[count + 1]) * drafted[count + 1];
        drafting += each * drafts[count + 1];
      }
      perGuess = each;
      const rateOf = (length: number) => tokens[length] / took[length];
      const risk = (length: number) => (any + each * length + drafted[length + 1]) / plainTime - 1;
      let [best, bestRate, hopeful, hopefulRate] = [0, 1 / plainTime, 0, 0];
      for (const length of lengths) {
        // One round must not lose more than the account bears.
        if (risk(length) > account.credit) break;
        const rate = rateOf(length);
        if (rate > bestRate) [best, bestRate] = [length, rate];
        const hoped = rate * Math.exp(HOPE * times.doubt(length + 1, past));
        if (hoped > hopefulRate) [hopeful, hopefulRate] = [length, hoped];
      }
      return { best, bestRate, hopeful, hopefulRate, rate: rateOf, risk, settles };
    }

    /** A probe, where drafting could pay at all. */
    function probe(risk: (length: number) => number): Budget {
      const canPay = lengths.some((length) => (length + 1) / (risk(length) + 1) > WORTH);
      const length = canPay ? probes.next(risk) : 0;
      isProbe = length > 0;
      return isProbe ? ask(length) : NOTHING;
    }

    /**
     * Whether this round is to be plain, to see what plain decoding takes. That costs what drafting would have gained, and
     * guesses that settle must begin anew: where drafting them pays well it is done at the beginning of a sequence.
     */
    function checks(speedup: number, settles: boolean): boolean {
      const isFirst = !hasSeenPlain && (sincePlain >= FIRST_CHECK || (speedup <= DOUBTFUL && !settles));
      const isUnsure = () => speedup < Math.exp(CERTAIN * times.doubt(1, prompt + position));
      const isDue = isFirst || (sincePlain * CHECKS > 1 - 1 / speedup && isUnsure());
      if (position > 0 && (speedup <= DOUBTFUL || !settles)) return isDue;
      const wasChecking = isChecking;
      isChecking = position === 0 && isDue && settles;
      return isChecking || wasChecking;
    }

    function ask(nodes: number, worth?: number): Budget {
      asked = nodes;
      return { nodes, depth: Math.min(maxDepth, nodes), ...(worth !== undefined && { worth }) };
    }

    return {
      budget() {
        [asked, isProbe, had] = [0, false, 0];
        // Plain decoding is not to pay for a plan that has nothing to decide.
        if (isIdle && probes.isPausing) return NOTHING;
        // Nor is a round to think as long as a pass takes: what was found holds for some rounds, unless things change.
        if (!prospects || holds-- <= 0 || prospects.risk(trials.usual) > account.credit) {
          prospects = expected();
          rate = prospects.bestRate;
          holds = account.credit > account.most ? HOLDS_LONG : HOLDS;
        }
        const { best, risk, settles } = prospects;
        const speedup = rate * plainTime;
        isIdle = best === 0 || speedup < WORTH;
        if (probes.isUnderWay || isIdle) return probe(risk);
        probes.forget();
        if (checks(speedup, settles)) return NOTHING;
        // Where confidences say which guesses are worth their row, a draft may be longer than pays on average; and drafters
        // know their chances only roughly, so they may go a little further than pays.
        const length = trials.next(prospects);
        const chooses = isConfident && filled < FULL;
        const room = chooses ? Math.min(maxNodes, Math.ceil(length * ROOM)) : length;
        // The first guess may cost no row: it is not what the others are measured by.
        const price = prices[Math.min(2, maxNodes)] + perGuess;
        return ask(room, Math.min(MOST_WORTH, calibration.stated(rate * price)));
      },
      trim: (draft) => {
        const { confidence } = draft;
        isConfident = confidence !== undefined;
        had = 1 + depths(draft).reduce((most, depth) => Math.max(most, depth), -1);
        if (isProbe || !confidence) return draft;
        return worthwhile(
          draft,
          (node) => calibration.correct(confidence[node]),
          (rows) => rate * prices[rows],
        );
      },
      observe(round) {
        const { start: at, draft, proposed, tokens, timing } = round;
        if (own.observe(round, Math.min(asked, maxDepth), had)) prospects = undefined;
        calibration.observe(draft, round.verdict.path);
        position = at + tokens.length;
        // A first round reads the prompt as well: its times say nothing of the others.
        if (at === 0) return;
        const drafted = draft.tokens.length;
        if (asked > 0) ahead = rowsAhead(draft);
        const rows = drafted + 1 + rowsAhead(draft);
        const took = timing.total - timing.draft;
        if (!isIdle || asked > 0 || at % IDLE_SAMPLE === 0) times.observe(rows, prompt + at, took);
        const usual = times.at(rows, prompt + at);
        plainTime = times.at(1, prompt + at);
        // A clock that stands still says nothing, and a pause of the machine is not to be paid for by drafting.
        const pass = took > 0 ? Math.min(took, PAUSED * usual) : usual;
        if (asked === 0) {
          sincePlain = 0;
          hasSeenPlain = true;
          probes.wait();
          account.plain(tokens.length);
        } else {
          sincePlain++;
          if (!isProbe) filled += 0.1 * (drafted / asked - filled);
          if (isProbe && tokens.length > 1) {
            probes.found();
            trials.begin(asked);
          }
          // Behind plain rounds a drafter may have to catch up with what it did not read.
          if (hasDrafted) draftTime.observe([1, proposed], timing.draft / plainTime);
          const [any, each] = draftTime.weights;
          const drafting = Math.max(0, any + each * proposed);
          account.drafted(
            tokens.length,
            pass / plainTime + Math.min(timing.draft / plainTime, PAUSED * drafting),
          );
        }
        hasDrafted = asked > 0;
      },
    };
  }

  return { start, known: earnings.known };
}

/** Draft lengths worth telling apart. */
function lengthsUpTo(most: number): number[] {
  const lengths: number[] = [];
  for (let length = 1; length < most; length = Math.max(length + 1, Math.round(length * 1.04)))
    lengths.push(length);
  return most > 0 ? [...lengths, most] : [];
}

/**
 * Keeps a guess where its chance to be reached and to stand is worth its row. What is looked at is known before the guess is
 * drawn: its parent and its earlier siblings are kept, and nothing behind it counts.
 */
function worthwhile(
  draft: Draft,
  stands: (node: number) => number,
  price: (rowsBefore: number) => number,
): Draft {
  const reach: number[] = [];
  const closed = new Set<number>();
  const kept: number[] = [];
  draft.parents.forEach((parent, node) => {
    const above = parent < 0 ? 1 : reach[parent];
    if (above === undefined || closed.has(parent)) return;
    const own = above * stands(node);
    if (own < price(kept.length + 1)) {
      closed.add(parent);
      return;
    }
    reach[node] = own;
    kept.push(node);
  });
  return subtree(draft, kept);
}

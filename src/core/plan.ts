import { createCalibration, createRace, createRates, MEMORY, NOTHING } from "./plan-rates.js";
import { depths, EMPTY, subtree } from "./tree.js";
import type { Draft, Plan } from "./types.js";

/** Milliseconds of a target pass that scores this many new tokens. */
export type PassCost = (rows: number) => number;

/** No speculation: one token a pass. */
export const plain = (): Plan => ({
  budget: () => NOTHING,
  trim: () => EMPTY,
  observe: () => {},
});

/** Always `length` guesses: reproducible under every verifier, on every machine. */
export const fixedLength = (length: number, width = 1): Plan => ({
  budget: () => ({ nodes: length * width, depth: length }),
  trim: (draft) => draft,
  observe: () => {},
});

export interface AdaptivePlanOptions {
  readonly cost: PassCost;
  /** Most guesses in a row. */
  readonly maxDepth?: number;
  /** Most guesses a round. */
  readonly maxNodes?: number;
}

/** Speculation that promises less than this many times plain decoding's speed is checked against the clock. */
const DOUBTFUL = 1.4;
/** While in doubt, every so many rounds are plain, to know what plain decoding takes. */
const CHECK = 12;

/**
 * Drafts as far as it pays on this machine. Of a proposal it keeps the nodes that bring more expected tokens than the time
 * they cost could have brought otherwise: the rate of a renewal process is greatest where every round maximises
 * E[tokens] - rate * time. Expectations come from the drafter's confidences, corrected by how such guesses fared lately,
 * and from acceptance by depth where a drafter states none. Down to no draft at all, with a probe now and then: where little
 * is promised, the clock decides between drafting and not.
 */
export function adaptive({ cost, maxDepth = 24, maxNodes = maxDepth }: AdaptivePlanOptions): Plan {
  const calibration = createCalibration();
  const byDepth = createRates(maxDepth, 0.7);
  let draftTime = 0;
  let draftNodes = 1e-3;
  let rate = 1 / cost(1);
  const race = createRace();
  let idle = 0;
  let pause = 8;
  let turn = 0;

  /** How many guesses with these chances of being reached and standing to take, each for its row and `extra` ms besides. */
  const worthwhile = (reaches: readonly number[], extra = 0) => {
    let best = 0;
    let expected = 1;
    let gain = 1 - rate * cost(1);
    reaches.forEach((reach, i) => {
      expected += reach;
      const here = expected - rate * (cost(i + 2) + extra * (i + 1));
      if (here > gain) {
        gain = here;
        best = i + 1;
      }
    });
    return { best, gain };
  };
  const perNode = () => draftTime / draftNodes;
  const chances = (draft: Draft) => {
    const depth = depths(draft);
    return draft.tokens.map((_, node) => {
      const stated = draft.confidence?.[node];
      return stated === undefined ? byDepth.rate(depth[node]) : calibration.correct(stated);
    });
  };

  return {
    budget() {
      // Would a typical proposal pay, its own time included? If not, probe ever more rarely.
      let path = 1;
      const reaches = Array.from({ length: maxDepth }, (_, depth) => {
        path *= byDepth.rate(depth);
        return path;
      });
      const { best, gain } = worthwhile(reaches, perNode());
      const promise = (gain / rate + cost(1)) / cost(1);
      const doubtful = promise < DOUBTFUL;
      if (doubtful && race.checks < 2 * CHECK && ++turn % CHECK === 0) return NOTHING;
      if (best > 0 && !(doubtful && race.lost())) pause = 8;
      else if (++idle < pause) return NOTHING;
      else {
        idle = 0;
        pause = Math.min(256, pause * 2);
      }
      const depth = Math.min(maxDepth, Math.max(4, Math.ceil(best * 1.5)));
      // A row more costs about this many tokens; drafters know their chances only roughly, so they may go a little further.
      const worth = Math.min(0.9, (0.7 * rate * (cost(depth + 1) - cost(1))) / depth);
      return { nodes: Math.min(maxNodes, depth), depth, worth };
    },
    trim(draft) {
      const stand = chances(draft);
      const reach = stand.slice();
      draft.parents.forEach((parent, node) => {
        if (parent >= 0) reach[node] *= reach[parent];
      });
      // A parent is at least as likely as its children and comes before them: a stable order keeps trees connected.
      const order = [...reach.keys()].sort((a, b) => reach[b] - reach[a] || a - b);
      const { best } = worthwhile(order.map((node) => reach[node]));
      return subtree(
        draft,
        order.slice(0, best).sort((a, b) => a - b),
      );
    },
    observe(round) {
      const { draft, verdict, timing } = round;
      // A first round reads the prompt as well: its times say nothing of the others.
      if (round.start > 0) race.observe(draft.tokens.length > 0, round.tokens.length, timing.total);
      if (round.start > 0) draftTime = draftTime * MEMORY + timing.draft;
      draftNodes = draftNodes * MEMORY + draft.tokens.length;
      const stood = new Set(verdict.path);
      const depth = depths(draft);
      draft.parents.forEach((parent, node) => {
        if (parent >= 0 && !stood.has(parent)) return;
        byDepth.observe(depth[node], stood.has(node));
        const stated = draft.confidence?.[node];
        if (stated !== undefined) calibration.observe(stated, stood.has(node));
      });
      const time = cost(1 + draft.tokens.length) + (round.start > 0 ? timing.draft : 0);
      rate = rate * 0.95 + 0.05 * (round.tokens.length / time);
    },
  };
}

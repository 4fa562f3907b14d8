import { EMPTY } from "../core/tree.js";
import type { Budget, Drafter, Token } from "../core/types.js";
import { roomIn } from "./bounds.js";
import { eagle } from "./eagle.js";
import { FEATURES, type FeatureHead, type FeatureOptions, featureReader } from "./feature-head.js";
import { type Grown, grow } from "./grow.js";

export interface ParallelOptions extends FeatureOptions {
  /**
   * How often guesses stand once those before them do, as it was measured: by place and rank, `stands[1][0]` for the likeliest token
   * of the second place. With it trees are drafted where they are judged.
   */
  readonly stands?: readonly (readonly number[])[];
}

/**
 * A network that guesses several places at once from the target's features, no place knowing what is guessed at another one:
 * Medusa's heads (Cai et al. 2024), or a block drafter (DFlash, 2026). A chain, each of its guesses drawn; where trees are judged and it
 * is known how often guesses stand, Medusa's static tree of the likeliest ones, none of them drawn.
 *
 * @example
 * parallel(parallelHeads(graph, shape), { features: "features", lead: 1, stands: [[0.4, 0.1], [0.3, 0.1]] });
 */
export function parallel(head: FeatureHead, options: ParallelOptions = {}): Drafter {
  const { features: tap = FEATURES, stands } = options;
  const chains = eagle(head, options);
  return {
    name: "parallel",
    taps: [tap],
    async start(setup) {
      if (setup.shape === "chain" || !stands) return chains.start(setup);
      const reader = featureReader(head, setup, options);
      const { vocabularySize } = setup.model;
      return {
        async propose({ output, budget }) {
          if (roomIn(budget) === 0 || !reader.isAt(output)) return EMPTY;
          const guesses = (await reader.said()).map(({ tokens }) => tokens);
          return staticTree(stands, budget, guesses, vocabularySize);
        },
        observe: reader.observe,
      };
    },
  };
}

/**
 * Medusa's static tree (Cai et al. 2024, section 2.3): of all trees of so many nodes the one of which most guesses are expected to stand,
 * where the chance of a guess depends on its place and rank only. It grows by the node whose path is likeliest.
 *
 * @param guesses the tokens of each place, the likeliest first; ranks, to see the tree as such
 */
export function staticTree(
  stands: readonly (readonly number[])[],
  budget: Budget,
  guesses: readonly (readonly Token[])[],
  vocabularySize: number,
): Grown {
  const successors = (place: number) =>
    (guesses[place] ?? [])
      .map((token, rank) => ({ token, confidence: stands[place]?.[rank] ?? 0, state: place + 1 }))
      .filter(({ confidence }) => confidence > 0);
  return grow({ budget, shape: "tree", vocabularySize, start: 0, successors });
}

import { createNoise } from "../core/noise.js";
import type { Draft, Planning } from "../core/types.js";
import { assert, type Check } from "./check.js";
import { COSTS, jumpFigures, LONGEST, type MakePlan, planFigures } from "./plan-cases.js";
import { simulate } from "./simulate.js";

/** Allowed over the best fixed length, where the curve is right and guesses stand or fall at once. */
const NEAR = 1.05;
/** Plain decoding's share of speed that is kept in any case. */
const FLOOR = 0.98;

/**
 * What a plan promises, on a simulated clock: about the speed of the best fixed length without being told, never much less
 * than plain decoding's, also where acceptance jumps or the curve it was given is wrong; and that what it leaves out of a
 * draft is not decided by what was drawn, which would bend lossless verifiers.
 *
 * @param make a plan for passes of that cost; called anew for each run
 */
export function planChecks(make: MakePlan): Check[] {
  const near = (cost: string, acceptance: number, curve: string, settling = 1): Check => ({
    name: `acceptance ${acceptance}, ${cost} cost, curve ${curve}, ${settling} rounds to settle: near the best fixed length`,
    async run() {
      const { overBest, overPlain, length } = planFigures(
        make,
        { cost, acceptance, curve, settling },
        [1, 2],
      );
      const took = `${overBest.toFixed(3)} times as long as the best fixed length, ${length}`;
      assert(overBest <= NEAR, `it takes ${took}`);
      assert(overPlain <= 1 / FLOOR, `it takes ${overPlain.toFixed(3)} times as long as plain decoding`);
    },
  });
  const back = (cost: string, from: number, to: number, most: number): Check => ({
    name: `acceptance that jumps from ${from} to ${to}, ${cost} cost: it follows`,
    async run() {
      const { back: rounds } = jumpFigures(make, { cost, settling: 1, from, to }, [1, 2]);
      assert(rounds <= most, `${rounds} rounds until it was near the best fixed length, ${most} are allowed`);
    },
  });
  return [
    ...Object.keys(COSTS).flatMap((cost) =>
      [0, 0.5, 0.95].map((acceptance) => near(cost, acceptance, "right")),
    ),
    near("measured", 0.95, "twice the slope"),
    near("measured", 0.5, "half the slope"),
    near("steep", 0.95, "twice the slope"),
    near("stepped", 0.95, "twice the level"),
    near("measured", 0.95, "right", 3),
    near("flat", 0.95, "right", 4),
    back("measured", 0, 0.95, 120),
    back("measured", 0.95, 0.2, 40),
    back("flat", 0, 0.95, 60),
    {
      name: "keeps or leaves out a guess by what was known before it was drawn",
      async run() {
        for (const shape of SHAPES) holdsBack(make, shape);
      },
    },
    {
      name: "budgets are whole numbers, and two sequences at once are served like one",
      async run() {
        const plan = make({ cost: COSTS.measured, maxDepth: LONGEST });
        const plannings = [plan.start({ prompt: 5 }), plan.start({ prompt: 500 })];
        for (let turn = 0; turn < 20; turn++) for (const planning of plannings) checkBudget(planning);
      },
    },
  ];
}

function checkBudget(planning: Planning): void {
  const { nodes, depth } = planning.budget();
  const fits =
    Number.isInteger(nodes) && Number.isInteger(depth) && depth >= 0 && depth <= LONGEST && nodes >= 0;
  assert(fits, `a budget of ${nodes} nodes, ${depth} in a row, where ${LONGEST} are allowed`);
}

/** Parents of a chain, of two chains from the root, and of siblings with descendants. */
const SHAPES = [
  [-1, 0, 1, 2, 3, 4],
  [-1, 0, 1, -1, 3, 4],
  [-1, -1, -1, 0, 0, 3, 1],
];

/**
 * What stands behind a node must not decide whether it is kept, nor what was drawn there: of two drafts that state the same
 * up to a node the same nodes are kept up to it.
 */
function holdsBack(make: MakePlan, parents: readonly number[]): void {
  const chance = createNoise(7).chance;
  const plan = make({ cost: COSTS.measured, maxDepth: LONGEST });
  // A plan that has seen some rounds: what it learned must not bend it either.
  simulate(plan, { acceptance: () => 0.7, cost: COSTS.measured }, 300);
  const planning = plan.start({ prompt: 1 });
  const kept = (confidence: readonly number[]) => {
    const draft: Draft = { tokens: parents.map((_, node) => node), parents, confidence };
    return new Set(planning.trim(draft).tokens);
  };
  let drafts = 0;
  for (let turn = 0; turn < 300; turn++) {
    if (planning.budget().depth === 0) continue;
    drafts++;
    const stated = parents.map(() => chance());
    const other = stated.map((value, node) => (node > turn % parents.length ? chance() : value));
    const [first, second] = [kept(stated), kept(other)];
    for (let node = 0; node <= turn % parents.length; node++) {
      const says = `confidences ${stated.map((value) => value.toFixed(2))} and ${other.map((value) => value.toFixed(2))}`;
      assert(
        first.has(node) === second.has(node),
        `node ${node} is kept in one of two drafts alike up to it: ${says}`,
      );
    }
  }
  assert(drafts > 0, "the plan drafts nothing where it pays");
}

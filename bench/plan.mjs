// The adaptive plan on a simulated clock: how near it comes to the best fixed length, and what it takes over plain decoding.
import { COSTS, CURVES, jumpFigures, planFigures } from "../dist/conformance/index.js";
import { adaptive } from "../dist/plans/index.js";
import { paragraphs, percent, save, table } from "./report.mjs";
import { mean, share } from "./stats.mjs";

const ACCEPTANCES = [0, 0.2, 0.5, 0.95];
const SETTLINGS = [1, 2, 3, 4];
const JUMPS = [
  [0, 0.95],
  [0.95, 0],
  [0.2, 0.95],
  [0.95, 0.2],
  [0, 0.5],
  [0.5, 0],
];
/** A plan is near the best fixed length within this share, and never slower than this share of plain decoding's speed. */
const NEAR = 0.03;
const FLOOR = 0.98;

export async function planBench({ out }) {
  const cases = Object.keys(COSTS).flatMap((cost) =>
    SETTLINGS.flatMap((settling) =>
      ACCEPTANCES.flatMap((acceptance) =>
        Object.keys(CURVES).map((curve) => ({ cost, settling, acceptance, curve })),
      ),
    ),
  );
  const results = cases.map((one) => ({ ...one, ...planFigures(adaptive, one) }));
  const jumps = Object.keys(COSTS).flatMap((cost) =>
    [1, 3].flatMap((settling) =>
      JUMPS.map(([from, to]) => ({
        cost,
        settling,
        from,
        to,
        ...jumpFigures(adaptive, { cost, settling, from, to }),
      })),
    ),
  );
  const text = markdown(results, jumps);
  save(out, { "plan.json": { results, jumps }, "plan.md": text });
  console.log(text);
}

/** Time over the best fixed length: the mean over all curves, and the worst. */
const cell = (found) => {
  const over = found.map(({ overBest }) => overBest);
  return `${mean(over).toFixed(3)} (${Math.max(...over).toFixed(3)})`;
};

function markdown(results, jumps) {
  const rows = Object.keys(COSTS).flatMap((cost) =>
    ACCEPTANCES.map((acceptance) => [
      cost,
      acceptance,
      ...SETTLINGS.map((settling) =>
        cell(
          results.filter(
            (one) => one.cost === cost && one.acceptance === acceptance && one.settling === settling,
          ),
        ),
      ),
    ]),
  );
  const near = share(results, ({ overBest }) => overBest <= 1 + NEAR);
  const average = mean(results.map(({ overBest }) => overBest));
  const slowest = Math.max(...results.map(({ overPlain }) => overPlain));
  const followed = jumps.map(({ cost, settling, from, to, overBest, back }) => [
    cost,
    settling,
    `${from} to ${to}`,
    overBest.toFixed(3),
    Number.isFinite(back) ? back : "not",
  ]);
  return paragraphs(
    `${results.length} cases, 3 seeds each, 2,000 tokens, passes that vary by 5 %. Time of the plan over that of the best fixed length, from the 41st round on: mean over five curves (right; twice and half as high; twice and half as steep), in brackets the worst.`,
    table(["cost", "acceptance", ...SETTLINGS.map((rounds) => `settled in ${rounds}`)], rows),
    `On average ${average.toFixed(3)}; within ${percent(NEAR, 0)} in ${percent(near, 0)} of all cases. Over the first 1,000 tokens at most ${slowest.toFixed(3)} times plain decoding's time (${(1 / FLOOR).toFixed(3)} is allowed).`,
    "Acceptance that jumps at token 1,000: time over the best fixed length from 40 rounds behind the jump on, and the most rounds until a stretch of 20 was within 15 % of it.",
    table(["cost", "settled in", "acceptance", "over the best", "rounds until near"], followed),
  );
}

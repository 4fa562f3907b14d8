import { describe, expect, it } from "vitest";
import { assertExact } from "../../src/conformance/divergence.js";
import { divergence, draftKinds, planChecks, toyModel } from "../../src/conformance/index.js";
import { simulate } from "../../src/conformance/simulate.js";
import {
  chain,
  createMeter,
  createPassTimes,
  type Drafter,
  decode,
  type Plan,
  type Round,
  rowPrices,
  timesByRows,
} from "../../src/core/index.js";
import { model } from "../../src/drafters/index.js";
import { adaptive, fixedLength, plain } from "../../src/plans/index.js";
import { functionModel } from "../../src/targets/index.js";
import { block, identical, rejection } from "../../src/verifiers/index.js";
import { conforms } from "../conformance/run.js";

conforms("adaptive", planChecks(adaptive));

/** The curve of a speech model, which is not convex: from 3 rows to 4 nothing is added. */
const CURVE: Record<number, number> = { 1: 3.32, 2: 3.65, 3: 3.76, 4: 3.76, 5: 4.01, 6: 4.26, 7: 4.39 };
const uneven = (rows: number) => CURVE[rows] ?? 4.39 + 0.2 * (rows - 7);

const round = (drafted: number, stood: number): Round => ({
  start: 5,
  draft: chain(new Array(drafted).fill(1), { confidence: new Array(drafted).fill(0.9) }),
  proposed: drafted,
  verdict: { path: [...new Array(stood).keys()], next: 0 },
  tokens: new Array(stood + 1).fill(1),
  target: () => {
    throw new Error("no distribution");
  },
  logits: () => new Float32Array(0),
  hidden: () => undefined,
  draw: () => 0,
  timing: { draft: 0, target: uneven(drafted + 1), verify: 0, total: uneven(drafted + 1) },
});

/** A plan that has learned from good rounds and learns no more. */
function warm(): Plan {
  const plan = adaptive({ cost: uneven });
  const learning = plan.start({ prompt: 1 });
  for (let i = 0; i < 300; i++) {
    learning.budget();
    learning.observe(round(6, i % 10 === 9 ? 2 : 6));
  }
  return {
    start(setup) {
      const { budget, trim } = plan.start(setup);
      return { budget, trim, observe: () => {} };
    },
  };
}

it("adaptive counts rows that a draft has ahead", () => {
  const seen: number[] = [];
  const times = createPassTimes({ cost: uneven });
  const watched = { ...times, observe: (rows: number) => void seen.push(rows) };
  const planning = adaptive({ cost: watched }).start({ prompt: 1 });
  const draft = {
    ...chain([1, 1]),
    ahead: [
      { behind: -1, tokens: [9] },
      { behind: 1, tokens: [9, 9] },
    ],
  };
  planning.budget();
  planning.observe({ ...round(2, 1), draft });
  planning.observe(round(2, 1));
  expect(seen).toEqual([6, 3]);
});

it("adaptive drafts no more where the rows ahead make it too dear", () => {
  // Times that nothing is learned from: what counts is for how many rows they are asked.
  const at = (rows: number) => (rows > 26 ? 100 : 1 + 0.001 * rows);
  const cost = { at, observe: () => {}, doubt: () => 0 };
  const planning = adaptive({ cost, maxDepth: 8 }).start({ prompt: 1 });
  const asked = (rows: number) =>
    Array.from({ length: 20 }, () => {
      const { nodes } = planning.budget();
      const { draft, timing, ...more } = round(nodes, nodes);
      const ahead = nodes > 0 ? [{ behind: -1, tokens: new Array(rows).fill(9) }] : [];
      planning.observe({ ...more, draft: { ...draft, ahead }, timing: { ...timing, target: 1, total: 1 } });
      return nodes;
    });
  expect(asked(2).slice(10)).toEqual(new Array(10).fill(8));
  expect(asked(30).slice(10)).toEqual(new Array(10).fill(0));
});

describe("a warm plan does not bend the target's distribution", () => {
  const small = toyModel({ unlike: { seed: 9, share: 0.4 } });
  const kinds = draftKinds(small);
  for (const verifier of [rejection(), block()])
    for (const kind of ["drawn chain", "siblings drawn without replacement"] as const) {
      if (verifier.shape === "chain" && kind !== "drawn chain") continue;
      it(`${verifier.name}, ${kind}`, async () => {
        assertExact(await divergence(verifier, kinds[kind], { plan: warm, runs: 4_000 }), verifier.name);
      });
    }

  it("a first guess whose followers are sure comes no more often than it should", async () => {
    const first = [0.4, 0.35, 0.25];
    const logits = (tokens: readonly number[]) =>
      Float32Array.from({ length: 12 }, (_, token) => {
        if (tokens.length === 1) return token < 3 ? Math.log(first[token]) : -60;
        return tokens.at(-1) === 0 && token === 2 ? 7 : 0;
      });
    const target = { ...toyModel({ vocabularySize: 12 }) };
    Object.assign(target, functionModel(logits, { vocabularySize: 12 }));
    const perfect = model(functionModel(logits, { vocabularySize: 12 }), { minConfidence: 0 });
    const plan = warm();
    const runs = 4_000;
    let zeros = 0;
    for (let seed = 0; seed < runs; seed++) {
      const options = {
        target,
        encoded: { tokens: [5] },
        verifier: rejection(),
        drafter: perfect,
        plan,
        seed,
      };
      for await (const { tokens } of decode({ ...options, maxTokens: 5 })) {
        if (tokens[0] === 0) zeros++;
        break;
      }
    }
    expect(Math.abs(zeros / runs - 0.4)).toBeLessThan(5 * Math.sqrt(0.24 / runs));
  });
});

describe("the adaptive plan", () => {
  const target = toyModel({ vocabularySize: 30, sharpness: 4 });

  it("probes whole drafts, however unlikely they seem", () => {
    const plan = adaptive({ cost: uneven });
    const planning = plan.start({ prompt: 1 });
    // Guesses of high confidence that never stand: after a while nothing is drafted but probes.
    let kept = 0;
    let probes = 0;
    for (let i = 0; i < 600; i++) {
      const { depth } = planning.budget();
      const draft = chain(new Array(depth).fill(1), { confidence: new Array(depth).fill(0.05) });
      const trimmed = planning.trim(draft);
      if (i > 300 && depth > 0) {
        probes++;
        kept += trimmed.tokens.length / depth;
      }
      planning.observe({ ...round(trimmed.tokens.length, 0), start: 5 + i });
    }
    expect(probes).toBeGreaterThan(0);
    expect(kept).toBe(probes);
  });

  it("comes back after a sequence that went wrong: one does not turn a drafter off for all", () => {
    const plan = adaptive({ cost: uneven });
    simulate(plan, { acceptance: () => 0, cost: uneven }, 300, 1);
    const good = simulate(plan, { acceptance: () => 0.95, cost: uneven }, 1500, 2);
    const passes = good.tokens.length;
    expect(good.tokens[passes - 1] / passes).toBeGreaterThan(5);
  });

  it("is not turned off by a pause of the machine, or by first passes that take long", () => {
    const settings = { acceptance: () => 0.95, cost: uneven };
    const calm = simulate(adaptive({ cost: uneven }), settings, 600, 3).tokens.length;
    let turn = 0;
    const paused = (rows: number) => uneven(rows) * (++turn === 3 || turn === 9 ? 60 : 1);
    const run = simulate(adaptive({ cost: uneven }), { ...settings, cost: paused }, 600, 3);
    expect(run.tokens.length).toBeLessThan(1.2 * calm);
  });

  it("starts where another plan left off", () => {
    const learned = adaptive({ cost: uneven });
    simulate(learned, { acceptance: () => 0.95, cost: uneven }, 1000, 1);
    const known = learned.known();
    expect(JSON.parse(JSON.stringify(known))).toEqual(known);
    const passes = (plan: Plan) =>
      simulate(plan, { acceptance: () => 0.95, cost: uneven }, 60, 2).tokens.length;
    expect(passes(adaptive({ cost: uneven, earnings: known }))).toBeLessThan(
      passes(adaptive({ cost: uneven })),
    );
  });

  it("keeps to the most nodes and the greatest depth", () => {
    const earnings = adaptive().known();
    const planning = adaptive({ cost: () => 1, maxDepth: 4, maxNodes: 10, earnings }).start({ prompt: 1 });
    expect(planning.budget()).toMatchObject({ depth: 4, nodes: 10 });
  });

  it("goes by what drafts of fixed lengths brought before", () => {
    const { stood, tried } = adaptive().known();
    const first = (...tokens: number[]) => {
      const brought = tokens.map((value, i) => [4 * (i + 1), value] as const);
      const plan = adaptive({ cost: (rows) => 1 + 0.1 * rows, earnings: { stood, tried, brought } });
      return plan.start({ prompt: 1 }).budget().nodes;
    };
    expect(first(2, 6, 3)).toBe(8);
    expect(first(4, 2, 2)).toBeLessThanOrEqual(4);
  });

  it("believes a drafter's confidences as far as they held before", async () => {
    const boaster: Drafter = {
      name: "boaster",
      start: async () => ({
        propose: ({ budget }) =>
          chain(new Array(budget.depth).fill(0), { confidence: new Array(budget.depth).fill(0.99) }),
      }),
    };
    const price = (rows: number) => 1 + 0.3 * (rows - 1);
    const plan = adaptive({ cost: price });
    let spent = 0;
    for (const turn of [0, 1]) {
      spent = 0;
      const options = { target, encoded: { tokens: [1, 2] }, verifier: identical(), drafter: boaster, plan };
      for await (const { draft } of decode({ ...options, maxTokens: 200, seed: turn, clock: () => spent }))
        spent += price(1 + draft.tokens.length);
    }
    expect(spent).toBeLessThanOrEqual(200 * 1.05);
  });

  it("drafts where no plan is named, and not where there is no drafter", async () => {
    const meter = createMeter();
    const options = { target, encoded: { tokens: [1, 2] }, verifier: identical(), maxTokens: 60 };
    for await (const done of decode({ ...options, drafter: model(target) })) meter.observe(done);
    expect(meter.read().drafted).toBeGreaterThan(0);
  });
});

describe("pass times", () => {
  const times = () => createPassTimes({ cost: (rows) => 1 + 0.1 * rows, past: 100 });

  it("follow the machine in level, slope and single places, whatever the curve said", () => {
    const learned = times();
    const truth = (rows: number) => 5 + 0.05 * rows + (rows >= 8 ? 2 : 0);
    for (let i = 0; i < 200; i++)
      for (const rows of [1, 4, 8, 16]) learned.observe(rows, 100, truth(rows) * (i % 2 ? 1.03 : 0.97));
    for (const rows of [1, 4, 8, 16]) expect(learned.at(rows, 100) / truth(rows)).toBeCloseTo(1, 1);
  });

  it("learn what a longer past adds", () => {
    const learned = times();
    for (let past = 0; past < 3000; past += 10)
      for (const rows of [1, 8]) learned.observe(rows, past, 3 * (1 + past / 2000));
    expect(learned.at(4, 2900) / learned.at(4, 100)).toBeGreaterThan(1.8);
  });

  it("take a pause of the machine for what it is", () => {
    const learned = times();
    for (let i = 0; i < 50; i++) learned.observe(4, 100, 2);
    learned.observe(4, 100, 2000);
    expect(learned.at(4, 100)).toBeLessThan(2.5);
  });

  it("price rows by the greatest convex function below them", () => {
    const byRows = timesByRows({ at: (rows) => [0, 3, 5, 5, 5, 9][rows] }, 5, 0);
    const prices = rowPrices(byRows);
    expect(Array.from(prices.slice(1, 5), (price) => Number(price.toFixed(3)))).toEqual([0.667, 0, 0, 4]);
  });
});

it("plain drafts nothing, a fixed length always as much", async () => {
  const run = async (plan: Plan) => {
    const meter = createMeter();
    const target = toyModel({ vocabularySize: 30, sharpness: 4 });
    const options = { target, encoded: { tokens: [1, 2] }, verifier: identical(), maxTokens: 100, plan };
    for await (const done of decode({ ...options, drafter: model(target, { minConfidence: 0 }) }))
      meter.observe(done);
    return meter.read();
  };
  expect((await run(plain())).drafted).toBe(0);
  const { byDepth, passes } = await run(fixedLength(3));
  expect(byDepth).toHaveLength(3);
  expect(byDepth[0].drafted).toBeGreaterThanOrEqual(passes - 1);
});

import { describe, expect, it } from "vitest";
import { toyModel } from "../../src/conformance/index.js";

// The benchmarks are plain JavaScript without types.
const load = (path: string) => import(new URL(`../../bench/${path}`, import.meta.url).href);
const { contest, drafterNames, summarise } = await load("contest.mjs");
const { table } = await load("report.mjs");
const { median, psnr, squaredError, totalVariation } = await load("stats.mjs");
const { lengthRows, reach } = await load("lengths.mjs");
const { passesByFrame, PARTS, tokensByFrame, tokensByPart } = await load("video/frames.mjs");
const { alike, finalNumber, quality, surprise } = await load("text/quality.mjs");
const { allowed, surface } = await load("video/allowed.mjs");

/** A run of `tokens` in passes of a millisecond each. */
function runOf(tokens: number[], passes: number, accepted = tokens.length - passes) {
  const time = { draft: 0, target: passes, verify: 0, rest: 0, total: passes };
  const metrics = { tokens: tokens.length, passes, drafted: 8, accepted, byDepth: [], time };
  return { tokens, metrics, wall: 2 * passes };
}

describe("a contest", () => {
  it("runs everyone on everything, no one always behind the same other, the first round uncounted", async () => {
    const contenders = ["a", "b", "c"].map((name) => ({ name, runs: [] as unknown[][] }));
    const order: string[] = [];
    await contest({
      contenders,
      items: [1, 2],
      rounds: 2,
      run: async ({ name }: { name: string }, item: number) => {
        order.push(name);
        return item;
      },
    });
    expect(order.join("")).toBe("abcbcabcacabcababc");
    expect(contenders.map(({ runs }) => runs)).toEqual(
      contenders.map(() => [
        [1, 1],
        [2, 2],
      ]),
    );
  });

  it("gives medians of ratios, and says where tokens differ", () => {
    const plain = { name: "none", runs: [[runOf([1, 2, 3, 4], 4)], [runOf([1, 2, 3, 4], 4)]] };
    const fast = { name: "fast", runs: [[runOf([1, 2, 3, 4], 1)], [runOf([1, 2, 3, 5], 2)]] };
    const row = summarise(fast, plain);
    expect(row).toMatchObject({ name: "fast", speedup: 3, slowest: 2, strays: 1, decoderShare: 0.5 });
    expect(row.tokensPerPass).toBeCloseTo(8 / 3);
    expect(summarise(plain, plain)).toMatchObject({ speedup: 1, strays: 0 });
  });

  it("takes plain decoding and the drafters asked for", () => {
    const all = { jacobi: "", copy: "", none: "" };
    expect(drafterNames(all)).toEqual(["none", "jacobi", "copy"]);
    expect(drafterNames(all, ["copy"])).toEqual(["none", "copy"]);
    expect(() => drafterNames(all, ["kopie"])).toThrow(/jacobi, copy/);
  });
});

describe("figures", () => {
  it("compares distributions and pictures", () => {
    expect(median([3, 1, 2])).toBe(2);
    expect(totalVariation([1, 1, 2, 2], [1, 1, 1, 2])).toBeCloseTo(0.25);
    expect(totalVariation([1], [2])).toBe(1);
    expect(psnr(squaredError([0, 0], [0, 255]))).toBeCloseTo(3.01);
  });

  it("says what a draft length allows and how much of it the plan reaches", () => {
    const rows = [
      { name: "jacobi 4", length: 4, tokensPerPass: 3, draftPerPass: 0, speedup: 1.8 },
      { name: "jacobi 8", length: 8, tokensPerPass: 4, draftPerPass: 1, speedup: 1.5 },
    ];
    const lengths = lengthRows(rows, (passes: number) => (passes === 1 ? 2 : passes - 2));
    expect(lengths.map(({ allowed }: { allowed: number }) => allowed)).toEqual([2, 1]);
    expect(reach(lengths, { speedup: 1.5 })).toEqual({ speedup: 1.5, allowed: 2, length: 4, share: 0.75 });
  });

  it("makes tables", () => {
    expect(table(["a", "b"], [[1, 2]])).toBe("| a | b |\n|---|---|\n| 1 | 2 |");
  });
});

describe("figures of films", () => {
  // A clip of a plan and two frames: 3 + 2 x 4 tokens.
  const layout = { lead: 3, cells: 4, length: 11 };
  const rounds = [
    { start: 0, drafted: 4, tokens: 4 },
    { start: 4, drafted: 4, tokens: 2 },
    { start: 6, drafted: 4, tokens: 5 },
  ];

  it("say where in a clip the passes go", () => {
    const passes = [0.75, 0.25 + 1 + 0.2, 0.8];
    passesByFrame(rounds, layout).forEach((share: number, i: number) => {
      expect(share).toBeCloseTo(passes[i]);
    });
    const perPass = tokensByFrame([rounds, rounds], layout);
    [3, 4, 4].forEach((tokens, i) => {
      expect(perPass[i]).toBeCloseTo(tokens / passes[i]);
    });
  });

  it("sum tokens and passes up by part, not their ratios", () => {
    const byFrame = Array.from({ length: 17 }, (_, frame) => (frame < 3 ? 4 : frame < 6 ? 8 : 24));
    const parts = tokensByPart(byFrame, { lead: 17, cells: 169 });
    expect(PARTS.map(([name]: [string]) => name)[3]).toBe("frames 2 to 7");
    expect(parts).toEqual([4, 4, 4, expect.closeTo(2 / (1 / 8 + 1 / 24)), expect.closeTo(24)]);
  });

  it("say what a run's passes allow, by rows and past", () => {
    const cost = surface([
      [
        0,
        [
          [1, 1],
          [5, 2],
        ],
      ],
      [
        100,
        [
          [1, 2],
          [5, 4],
        ],
      ],
    ]);
    expect(cost(1, 50)).toBe(1.5);
    expect(cost(3, 50)).toBe(2.25);
    // 11 plain passes behind 10 to 20 tokens of a prompt and the clip, 3 of five rows behind 10, 14 and 16.
    expect(allowed(rounds, 10, cost)).toBeCloseTo((11 * 1.15) / (2.2 + 2.28 + 2.32));
  });
});

describe("what verifiers do to a text", () => {
  it("is how much of plain decoding's answer is left", () => {
    expect(alike([1, 2, 3], [1, 2, 4])).toBe(2);
    expect(alike([1, 2, 3], [1, 2])).toBe(2);
    expect(alike([1, 2], [1, 2, 3])).toBe(2);
    expect(alike([], [1])).toBe(0);
  });

  it("is its last number", () => {
    expect(finalNumber("4 bags cost $1,200.50.")).toBe(1200.5);
    expect(finalNumber("It was -3 degrees")).toBe(-3);
    expect(finalNumber("17, then 306.")).toBe(306);
    expect(finalNumber("none")).toBeUndefined();
  });

  it("sums up by token and by question", () => {
    const figures = quality({
      answers: [[1, 2], [5], [7, 8, 9]],
      plain: [[1, 2], [6], [7, 8, 4]],
      surprises: [Math.log(4), Math.log(2), Math.log(8)],
      right: [12, 6, undefined],
      decode: (tokens: number[]) => tokens.join(""),
    });
    expect(figures).toEqual({
      perplexity: expect.closeTo(2),
      sameAnswers: expect.closeTo(1 / 3),
      sameTokens: expect.closeTo(4 / 6),
      asked: 2,
      right: 1,
      asPlain: 1,
    });
  });

  it("is the target's surprise, by one pass over the answer", async () => {
    const toy = toyModel();
    const logp = (before: number[], token: number) => {
      const row = [...toy.logits(before)];
      return row[token] - Math.log(row.reduce((sum, logit) => sum + Math.exp(logit), 0));
    };
    const sum = logp([0, 1], 3) + logp([0, 1, 3], 2) + logp([0, 1, 3, 2], 2);
    expect(await surprise(toy, [0, 1], [3, 2, 2])).toBeCloseTo(-sum, 5);
    expect(await surprise(toy, [0, 1], [])).toBe(0);
    expect(toy.openSessions).toBe(0);
  });
});

describe("prompts of Spec-Bench", () => {
  it("have the answers of all its maths questions", async () => {
    const { mathsAnswers, specBench } = await load("text/prompts.mjs");
    const items: { id: number; category: string }[] = specBench();
    const maths = items.filter(({ category }) => category === "math_reasoning").map(({ id }) => String(id));
    expect(Object.keys(mathsAnswers())).toEqual(maths);
    expect(Object.values(mathsAnswers()).every(Number.isFinite)).toBe(true);
  });

  it("are as many of each category, evenly spread, or all of them", async () => {
    const { categoriesOf, specBench } = await load("text/prompts.mjs");
    const items: { id: number; category: string; prompt: string }[] = specBench(3);
    const categories: string[] = categoriesOf(items);
    expect(categories).toHaveLength(6);
    for (const category of categories)
      expect(items.filter((item) => item.category === category)).toHaveLength(3);
    expect(new Set(items.map(({ id }) => id)).size).toBe(18);
    expect(specBench()).toHaveLength(240);
    expect(specBench(1000)).toEqual(specBench());
    for (const { prompt } of items) expect(prompt.length).toBeGreaterThan(10);
  });
});

import { describe, expect, it } from "vitest";
import { chain, follow, type Round } from "../../src/core/index.js";

const windows = [
  { factor: 0, margin: 8, rows: 9, tokens: 6 },
  { factor: 1, margin: 16, rows: 40, tokens: 20 },
];

/** A round in which `stood` of `drafted` guesses stood. */
const round = (drafted: number, stood: number) =>
  ({
    start: 5,
    draft: chain(new Array(drafted).fill(1)),
    verdict: { path: [...new Array(stood).keys()], next: 2 },
    tokens: new Array(stood + 1).fill(1),
    timing: { draft: 0, target: 1, verify: 0, total: 1 },
  }) as unknown as Round;

describe("follow", () => {
  it("takes the window that pays best on this machine", () => {
    const flat = follow({ cost: () => 1, windows });
    flat.observe(round(20, 10));
    expect(flat.budget().depth).toBe(26);
    const steep = follow({ cost: (rows) => 10 + rows ** 2 / 20, windows });
    steep.observe(round(20, 10));
    expect(steep.budget().depth).toBe(8);
  });

  it("grows with what stood, up to its limit, and shrinks", () => {
    const plan = follow({ cost: () => 1, windows, maxDepth: 50 });
    plan.observe(round(48, 48));
    expect(plan.budget()).toEqual({ nodes: 50, depth: 50 });
    plan.observe(round(50, 2));
    expect(plan.budget().depth).toBe(18);
  });

  it("stops where guesses do not pay, and tries again now and then", () => {
    const plan = follow({ cost: (rows) => 1 + rows, windows });
    for (let i = 0; i < 60; i++) plan.observe(round(24, 0));
    const depths = Array.from({ length: 48 }, () => plan.budget().depth);
    expect(depths.filter((depth) => depth > 0)).toHaveLength(3);
  });
});

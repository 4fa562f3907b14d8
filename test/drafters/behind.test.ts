import { describe, expect, it } from "vitest";
import { behind, type DraftContext, fromWeights } from "../../src/core/index.js";
import { context, room } from "./setup.js";

describe("behind", () => {
  const seen: unknown[] = [];
  const q = fromWeights([1, 2]);
  const here: DraftContext = context({
    prompt: [7],
    output: [1, 2],
    ...room(6, 4),
    distribution: (logits, path) => {
      seen.push(["distribution", logits.length, path]);
      return q;
    },
    draw: (_, depth) => depth,
    forced: (path = []) => path.at(-1),
  });

  it("shifts the output, draws, distributions and forced tokens", () => {
    const there = behind(here, [3, 4]);
    expect([there.prompt, there.output, there.budget]).toEqual([[7], [1, 2, 3, 4], here.budget]);
    expect(here.output).toEqual([1, 2]);
    expect([there.draw(q, 0), there.draw(q, 3)]).toEqual([2, 5]);
    expect([there.forced(), there.forced([5])]).toEqual([4, 5]);
    there.distribution(new Float32Array(3));
    there.distribution(new Float32Array(3), [5, 6]);
    expect(seen.splice(0)).toEqual([
      ["distribution", 3, [3, 4]],
      ["distribution", 3, [3, 4, 5, 6]],
    ]);
  });

  it("takes another budget, does so again behind itself, and is not changed by who changes the tokens", () => {
    const tokens = [3];
    const there = behind(behind(here, tokens, { nodes: 3, depth: 2 }), [4]);
    tokens.push(9);
    expect([there.output, there.draw(q, 1), there.budget]).toEqual([[1, 2, 3, 4], 3, { nodes: 3, depth: 2 }]);
  });

  it("has the same output behind nothing", () => {
    expect(behind(here, []).output).toBe(here.output);
  });
});

import { describe, expect, it } from "vitest";
import { sessionChecks } from "../../src/conformance/index.js";
import type { Token } from "../../src/core/index.js";
import { functionModel } from "../../src/targets/index.js";
import { conforms } from "../conformance/run.js";

const counting = (tokens: readonly Token[]) => Float32Array.of(tokens.length, tokens.at(-1) ?? -1, 0);
const make = () => functionModel(counting, { vocabularySize: 3 });
const fork = { tokens: [1, 2, 0], parents: [-1, 0, -1] };

describe("a function model", () => {
  it("names a row that is not of the vocabulary's length", async () => {
    const rows = [new Float32Array(2), new Float32Array(4), undefined as never];
    for (const row of rows) {
      const model = functionModel(() => row, { vocabularySize: 3 });
      await using session = await model.open();
      const [scores] = await model.pass([{ session, tokens: [1] }]);
      const what = row ? `a row of ${row.length} logits` : "no row";
      expect(() => scores.row(-1)).toThrow(
        `the function of a functionModel gave ${what}, and vocabularySize is 3`,
      );
    }
    const named = functionModel(() => rows[0], { vocabularySize: 3, name: "mine" });
    expect(named.name).toBe("mine");
    await using session = await named.open();
    const [scores] = await named.pass([{ session, tokens: [1] }]);
    expect(() => scores.row(-1)).toThrow('the function of the model "mine" gave a row of 2 logits');
  });

  it("gives rows that stay, also of a function that has one array only", async () => {
    const buffer = new Float32Array(3);
    const model = functionModel((tokens) => buffer.fill(tokens.length), { vocabularySize: 3 });
    await using session = await model.open();
    const [scores] = await model.pass([{ session, tokens: [1], draft: fork }]);
    expect([-1, 0, 1].map((node) => scores.row(node)).map(([first]) => first)).toEqual([1, 2, 3]);
  });

  it("keeps paths of the latest draft only", async () => {
    const model = make();
    await using session = await model.open();
    expect(() => session.keep([0])).toThrow("cannot keep node 0");
    session.keep([]);
    await model.pass([{ session, tokens: [1], draft: fork }]);
    for (const path of [[3], [-1], [0.5], [0, 0], [1], [0, 2], [0, 1, 2]]) {
      expect(() => session.keep(path)).toThrow(/cannot keep node .*latest pass's draft/);
      expect(session.length).toBe(1);
    }
    session.keep([0, 1]);
    expect(session.length).toBe(3);
    expect(() => session.keep([0])).toThrow("cannot keep node 0");
    await model.pass([{ session, tokens: [1], draft: fork }]);
    expect(() => session.fork().keep([0])).toThrow("cannot keep node 0");
    session.rewind(2);
    expect(() => session.keep([0])).toThrow("cannot keep node 0");
    const [scores] = await model.pass([{ session, tokens: [2] }]);
    expect([...scores.row(-1)]).toEqual([3, 2, 0]);
  });

  it("rewinds to lengths that it had only", async () => {
    const model = make();
    await using session = await model.open();
    await model.pass([{ session, tokens: [1, 2] }]);
    for (const length of [3, -1, 1.5, Number.NaN]) {
      expect(() => session.rewind(length)).toThrow(`cannot rewind to ${length}: the session has 2 tokens`);
      expect(session.length).toBe(2);
    }
    session.rewind(2);
    session.rewind(0);
    expect(session.length).toBe(0);
  });

  it("refuses a vocabulary or a context without tokens", () => {
    for (const vocabularySize of [0, -1, 2.5, Number.NaN])
      expect(() => functionModel(counting, { vocabularySize })).toThrow(
        `vocabularySize is ${vocabularySize}`,
      );
    for (const contextLength of [0, Number.NaN])
      expect(() => functionModel(counting, { vocabularySize: 3, contextLength })).toThrow(
        `contextLength is ${contextLength}`,
      );
  });
});

conforms(
  "function model",
  sessionChecks(async () => make(), { prompt: [1, 2], continuation: [0, 1, 2, 2, 1, 0, 0, 1] }),
);

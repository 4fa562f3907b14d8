import type { Tensor } from "onnxruntime-node";
import { describe, expect, it } from "vitest";
import { type Graph, languageModel, openSession } from "../../src/runtime/index.js";
import { findVoice } from "../../src/speech/index.js";

const { manifest, file } = findVoice("joe");
const shape = manifest.draft!;
const TOKENS = Array.from({ length: 600 }, (_, i) => (i * 37 + 11) % shape.vocabularySize);

/** The voice's small model, and the rows of each of its passes. */
async function watched(onPass?: (passes: number) => void) {
  const graph = await openSession(file(shape.graph), { threads: 1 });
  const rows: number[] = [];
  const session = {
    inputNames: graph.inputNames,
    outputNames: graph.outputNames,
    run: (feeds: Parameters<Graph["run"]>[0], outputs: string[]) => {
      rows.push((feeds.input_ids as Tensor).dims[1]);
      onPass?.(rows.length);
      return graph.run(feeds, outputs);
    },
  } as Graph;
  return { model: await languageModel(session, shape as Parameters<typeof languageModel>[1]), rows };
}

describe("a prompt of many tokens", () => {
  it("is read in parts, with the scores of any other division", async () => {
    const { model, rows } = await watched();
    const [whole, halves] = [await model.open(), await model.open()];
    const [score] = await model.pass([{ session: whole, tokens: TOKENS }]);
    expect(rows).toEqual([256, 256, 88]);
    await model.pass([{ session: halves, tokens: TOKENS.slice(0, 300) }]);
    const [other] = await model.pass([{ session: halves, tokens: TOKENS.slice(300) }]);
    expect(other.row(-1)).toEqual(score.row(-1));
    expect([whole.length, halves.length]).toEqual([600, 600]);
  });

  it("leaves a session as it was when it is aborted between two parts", async () => {
    const abort = new AbortController();
    const { model, rows } = await watched((passes) => passes === 3 && abort.abort(new Error("enough")));
    const session = await model.open();
    await model.pass([{ session, tokens: TOKENS.slice(0, 7) }]);
    const reading = model.pass([{ session, tokens: TOKENS.slice(7) }], { signal: abort.signal });
    await expect(reading).rejects.toThrow("enough");
    expect(rows).toEqual([7, 256, 256]);
    expect(session.length).toBe(7);
  });
});

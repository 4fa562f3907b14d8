// How much of a round the library itself takes: what is not spent in session.run, of the target or of what drafts.
import { ort } from "../../dist/runtime/ort.js";
import { sum } from "../stats.mjs";
import { write } from "./run.mjs";
import { textSetup } from "./setup.mjs";

/** Shares of the rounds' time, by drafter. */
export async function javascriptShares(model, items, { temperature, maxTokens }) {
  const { InferenceSession } = await ort();
  const { run } = InferenceSession.prototype;
  let inside = 0;
  InferenceSession.prototype.run = async function timed(...args) {
    const began = performance.now();
    try {
      return await run.apply(this, args);
    } finally {
      inside += performance.now() - began;
    }
  };
  try {
    const rows = [];
    for (const drafter of ["none", model.defaultDrafter]) {
      const setup = await textSetup(model, { drafter, temperature });
      const parts = [];
      for (const [index, item] of items.entries()) {
        model.forget();
        let before = 0;
        // Reading the prompt is not counted, here as elsewhere.
        const onRound = ({ start }) => {
          if (start === 0) before = inside;
        };
        const { metrics } = await write(model, item, { maxTokens, setup, index, onRound });
        parts.push({ all: metrics.time.total, run: inside - before });
      }
      const [all, ran] = [sum(parts.map((part) => part.all)), sum(parts.map((part) => part.run))];
      rows.push({ drafter, share: 1 - ran / all });
    }
    return rows;
  } finally {
    InferenceSession.prototype.run = run;
  }
}

export const javascriptLine = (rows) =>
  `Outside session.run: ${rows
    .map(
      ({ drafter, share }) =>
        `${(100 * share).toFixed(1)} % of a round with ${drafter === "none" ? "plain decoding" : drafter}`,
    )
    .join(", ")}.`;

import { withAhead } from "../core/ahead.js";
import { chain } from "../core/tree.js";
import type { Draft, Model } from "../core/types.js";
import { assert, type Check } from "./check.js";
import type { SessionCheckOptions } from "./session-record.js";

/** What is scored beside a draft (see `Draft.ahead`) is not to be told from what is judged. */
export const aheadCheck = (
  create: () => Promise<Model>,
  { prompt, continuation, tolerance = 0 }: SessionCheckOptions,
): Check => ({
  name: "rows ahead of a chain change nothing of it",
  async run() {
    const model = await create();
    const draft = chain(continuation.slice(0, 3));

    /** The rows of the draft, and the one behind its kept part. */
    async function rows(scored: Draft): Promise<Float32Array[]> {
      await using session = await model.open();
      const [scores] = await model.pass([{ session, tokens: prompt, draft: scored }]);
      const drafted = [-1, 0, 1, 2].map((node) => scores.row(node).slice());
      session.keep([0, 1]);
      const [next] = await model.pass([{ session, tokens: [continuation[3]] }]);
      return [...drafted, next.row(-1)];
    }

    const alone = await rows(draft);
    const more = continuation.slice(4, 7);
    const ahead = [-1, 0, 1, 2].map((behind) => ({ behind, tokens: more }));
    for (const some of [ahead, ahead.slice(-1), ahead.slice(0, 2)]) {
      const beside = await rows(withAhead({ ...draft, ahead: some }));
      for (const [i, row] of beside.entries())
        assert(
          row.every(
            (logit, token) => Math.abs(logit - alone[i][token]) <= tolerance || logit === alone[i][token],
          ),
          `logits differ by what is scored ahead of a draft, ${i < 4 ? `behind its node ${i - 1}` : "behind what was kept of it"}`,
        );
    }
  },
});

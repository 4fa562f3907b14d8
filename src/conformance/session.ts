import { chain } from "../core/tree.js";
import type { Model, Token } from "../core/types.js";
import { assert, type Check } from "./check.js";

export interface SessionCheckOptions {
  readonly prompt: readonly Token[];
  /** Some tokens that may follow the prompt, at least eight. */
  readonly continuation: readonly Token[];
  /** Largest difference of logits that counts as equal; 0: bit for bit. */
  readonly tolerance?: number;
}

/** What every model and its sessions promise about caches: scores depend on the tokens, not on how they got there. */
export function sessionChecks(
  create: () => Promise<Model>,
  { prompt, continuation, tolerance = 0 }: SessionCheckOptions,
): Check[] {
  const same = (a: Float32Array, b: Float32Array, what: string) => {
    let worst = 0;
    for (let i = 0; i < a.length; i++) worst = Math.max(worst, Math.abs(a[i] - b[i]));
    assert(
      a.length === b.length && worst <= tolerance,
      `${what}: logits differ by ${worst} (allowed: ${tolerance})`,
    );
  };
  /** Logits after prompt and `tokens`, a token a pass. */
  const stepwise = async (model: Model, tokens: readonly Token[]) => {
    await using session = await model.open();
    let [scores] = await model.pass([{ session, tokens: prompt }]);
    const rows = [scores.row(-1).slice()];
    for (const token of tokens) {
      [scores] = await model.pass([{ session, tokens: [token] }]);
      rows.push(scores.row(-1).slice());
    }
    return rows;
  };

  return [
    {
      name: "a drafted chain scores as its tokens one a pass",
      async run() {
        const model = await create();
        const rows = await stepwise(model, continuation);
        for (const length of [1, 2, 5, continuation.length]) {
          await using session = await model.open();
          const [scores] = await model.pass([
            { session, tokens: prompt, draft: chain(continuation.slice(0, length)) },
          ]);
          for (let node = -1; node < length; node++)
            same(scores.row(node), rows[node + 1], `draft of ${length}, node ${node}`);
        }
      },
    },
    {
      name: "kept nodes count, rejected ones leave no trace",
      async run() {
        const model = await create();
        const rows = await stepwise(model, continuation);
        await using session = await model.open();
        const wrong = continuation[0] === 0 ? 1 : 0;
        await model.pass([
          { session, tokens: prompt, draft: chain([continuation[0], continuation[1], wrong, wrong]) },
        ]);
        session.keep([0, 1]);
        assert(
          session.length === prompt.length + 2,
          `length ${session.length} after keeping 2 of 4 behind ${prompt.length}`,
        );
        const [scores] = await model.pass([
          { session, tokens: [continuation[2]], draft: chain([continuation[3]]) },
        ]);
        same(scores.row(-1), rows[3], "behind kept nodes");
        same(scores.row(0), rows[4], "drafted behind kept nodes");
      },
    },
    {
      name: "rewinding forgets",
      async run() {
        const model = await create();
        const rows = await stepwise(model, continuation);
        await using session = await model.open();
        await model.pass([{ session, tokens: [...prompt, ...continuation.slice(3, 7)] }]);
        session.rewind(prompt.length);
        const [scores] = await model.pass([{ session, tokens: continuation.slice(0, 2) }]);
        same(scores.row(-1), rows[2], "behind a rewound session");
      },
    },
    {
      name: "a fork goes its own way",
      async run() {
        const model = await create();
        const rows = await stepwise(model, continuation);
        await using session = await model.open();
        await model.pass([{ session, tokens: [...prompt, continuation[0]] }]);
        await using twin = session.fork();
        await model.pass([{ session: twin, tokens: continuation.slice(4, 6) }]);
        const [scores] = await model.pass([{ session, tokens: [continuation[1]] }]);
        same(scores.row(-1), rows[2], "the original of a fork");
      },
    },
    {
      name: "one pass serves several sessions",
      async run() {
        const model = await create();
        const rows = await stepwise(model, continuation);
        await using a = await model.open();
        await using b = await model.open();
        const [first, second] = await model.pass([
          { session: a, tokens: prompt, draft: chain(continuation.slice(0, 3)) },
          { session: b, tokens: [...prompt, continuation[0]] },
        ]);
        same(first.row(1), rows[2], "the first session");
        same(second.row(-1), rows[1], "the second session");
      },
    },
  ];
}

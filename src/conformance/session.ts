import { chain } from "../core/tree.js";
import type { Model, Token } from "../core/types.js";
import { assert, type Check } from "./check.js";
import { type KnownRows, type Recorder, recorder } from "./session-record.js";
import { togetherChecks } from "./session-together.js";
import { treeChecks } from "./session-trees.js";

export interface SessionCheckOptions {
  readonly prompt: readonly Token[];
  /**
   * Some tokens that may follow the prompt, at least eight. The more of them differ, the more mistakes show: three different
   * ones at least, where the vocabulary has them.
   */
  readonly continuation: readonly Token[];
  /** Largest difference of logits that counts as equal; 0: bit for bit. */
  readonly tolerance?: number;
  /**
   * The same where the model's `exact` does not cover a draft, and behind what was kept of such a draft: as a share of the
   * row's spread, its largest logit less its smallest; 1e-3 if left out. A model exact for chains only sums a node's attention
   * in another order where other nodes stand between its ancestors. In float32 that moves logits by a millionth of their
   * spread. A model that rounds activations to 8 bits mostly gives the same scores, and now and then rounds a value to its
   * other neighbour: measure by how much that moves its logits, and give it three times that. A wrong ancestor moves most
   * rows by a tenth of their spread and more.
   */
  readonly treeTolerance?: number;
}

/** What the checks of one kind need: tokens of the caller, and sessions that are compared with a record. */
export interface SessionTools {
  readonly prompt: readonly Token[];
  readonly continuation: readonly Token[];
  /** A fresh model with sessions on record. */
  start(): Promise<Recorder>;
}

/** What every model and its sessions promise about caches: scores depend on the tokens, not on how they got there. */
export function sessionChecks(create: () => Promise<Model>, options: SessionCheckOptions): Check[] {
  const { prompt, continuation } = options;
  assert(
    continuation.length >= 8 && new Set(continuation).size > 1,
    "sessionChecks needs a continuation of eight tokens or more that are not all the same",
  );
  const known: KnownRows = new Map();
  const tools = { prompt, continuation, start: () => recorder(create, options, known) };
  return [...chainChecks(tools), rowsStay(create, options), ...treeChecks(tools), ...togetherChecks(tools)];
}

/** Drafters keep distributions from pass to pass, and those look at their rows when they are asked. */
const rowsStay = (create: () => Promise<Model>, { prompt, continuation }: SessionCheckOptions): Check => ({
  name: "a row stays as it is when later passes run",
  async run() {
    const model = await create();
    await using session = await model.open();
    const [scores] = await model.pass([{ session, tokens: prompt, draft: chain(continuation.slice(0, 3)) }]);
    const rows = [-1, 0, 1, 2].map((node) => scores.row(node));
    const before = rows.map((row) => row.slice());
    session.keep([0, 1]);
    const draft = chain(continuation.slice(3, 6));
    const [later] = await model.pass([{ session, tokens: [continuation[2]], draft }]);
    for (const node of [-1, 0, 1, 2]) later.row(node);
    for (const [i, row] of rows.entries())
      assert(
        row.every((logit, token) => Object.is(logit, before[i][token])),
        `the row behind node ${i - 1} was written over by the next pass`,
      );
  },
});

const chainChecks = ({ prompt, continuation, start }: SessionTools): Check[] => [
  {
    name: "a drafted chain scores as its tokens one a pass",
    async run() {
      await using sessions = await start();
      for (const length of [continuation.length, 5, 2, 1])
        await sessions.pass({
          on: await sessions.open(),
          tokens: prompt,
          draft: chain(continuation.slice(0, length)),
        });
    },
  },
  {
    name: "kept nodes count, rejected ones leave no trace",
    async run() {
      await using sessions = await start();
      const on = await sessions.open();
      const wrong = continuation.find((token) => token !== continuation[2])!;
      const draft = chain([continuation[0], continuation[1], wrong, wrong]);
      await sessions.pass({ on, tokens: prompt, draft });
      sessions.keep(on, [0, 1]);
      await sessions.pass({ on, tokens: [continuation[2]], draft });
      sessions.keep(on, []);
      await sessions.pass({ on, tokens: [continuation[3]], draft });
      // Nobody asks for any of this draft: the next pass forgets it.
      await sessions.pass({ on, tokens: [continuation[4]], draft: chain([continuation[5]]) });
    },
  },
  {
    name: "rewinding forgets",
    async run() {
      await using sessions = await start();
      const on = await sessions.open();
      await sessions.pass({ on, tokens: [...prompt, ...continuation.slice(3, 7)] });
      sessions.rewind(on, prompt.length);
      await sessions.pass({ on, tokens: continuation.slice(0, 2) });
      sessions.rewind(on, 0);
      await sessions.pass({ on, tokens: [...prompt, continuation[2]], draft: chain([continuation[3]]) });
    },
  },
  {
    name: "a fork goes its own way",
    async run() {
      await using sessions = await start();
      const on = await sessions.open();
      await sessions.pass({ on, tokens: [...prompt, continuation[0]] });
      const twin = sessions.fork(on);
      await sessions.pass({ on: twin, tokens: continuation.slice(4, 6) });
      await sessions.pass({ on, tokens: [continuation[1]] });
      await sessions.pass({ on: twin, tokens: [continuation[6]] });
      await sessions.close(on);
      await sessions.pass({ on: twin, tokens: [continuation[7]] });
    },
  },
  {
    name: "one pass serves several sessions",
    async run() {
      await using sessions = await start();
      const [a, b] = [await sessions.open(), await sessions.open()];
      await sessions.pass(
        { on: a, tokens: prompt, draft: chain(continuation.slice(0, 3)) },
        { on: b, tokens: [...prompt, continuation[0]] },
      );
    },
  },
  {
    name: "scores come in the order of the steps",
    async run() {
      await using sessions = await start();
      const three = [await sessions.open(), await sessions.open(), await sessions.open()];
      // Each session holds other tokens, which is all that tells the steps apart.
      for (const [turn, order] of ["012", "210", "120"].entries())
        await sessions.pass(
          ...[...order].map(Number).map((i) => ({
            on: three[i],
            tokens: [...(turn === 0 ? prompt : []), continuation[(turn + 2 * i) % continuation.length]],
          })),
        );
    },
  },
];

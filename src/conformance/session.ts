import { chain } from "../core/tree.js";
import type { Model } from "../core/types.js";
import { assert, type Check } from "./check.js";
import { aheadCheck } from "./session-ahead.js";
import { type KnownRows, recorder, type SessionCheckOptions, type SessionTools } from "./session-record.js";
import { togetherChecks } from "./session-together.js";
import { treeChecks } from "./session-trees.js";

/** What every model and its sessions promise about caches: scores depend on the tokens, not on how they got there. */
export function sessionChecks(create: () => Promise<Model>, options: SessionCheckOptions): Check[] {
  const { prompt, continuation } = options;
  assert(
    continuation.length >= 8 && new Set(continuation).size > 1,
    "sessionChecks needs a continuation of eight tokens or more that are not all the same",
  );
  const known: KnownRows = new Map();
  const tools = { prompt, continuation, start: () => recorder(create, options, known) };
  return [
    ...chainChecks(tools),
    rowsStay(create, options),
    aheadCheck(create, options),
    ...treeChecks(tools),
    ...togetherChecks(tools),
  ];
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

import { chain } from "../core/tree.js";
import type { Token } from "../core/types.js";
import type { Check } from "./check.js";
import type { Recorded, Recorder, SessionTools } from "./session-record.js";
import { tree } from "./session-trees.js";

/** Sessions of `openTogether`; there is nothing to check where a model has none. */
export const togetherChecks = ({ prompt, continuation, start }: SessionTools): Check[] => {
  const token = (place: number): Token => continuation[place % continuation.length];
  const tokens = (place: number, count: number) => Array.from({ length: count }, (_, i) => token(place + i));
  const [wide, deep, other] = [
    tree("wide", continuation),
    tree("deep", continuation, 1),
    tree("wide", continuation, 2),
  ];

  const check = (
    name: string,
    count: number,
    run: (sessions: Recorder, group: Recorded[]) => Promise<void>,
  ) => ({
    name: `sessions opened together ${name}`,
    async run() {
      await using sessions = await start();
      if (sessions.model.openTogether) await run(sessions, await sessions.openTogether(count));
    },
  });

  return [
    check("are as many as asked for, each with tokens of its own", 3, async (sessions, group) => {
      const [alone] = await sessions.openTogether(1);
      await sessions.pass({ on: alone, tokens: prompt, draft: chain(tokens(0, 3)) });
      await sessions.pass(
        ...group.map((on, i) => ({ on, tokens: [...prompt, token(i)], draft: chain(tokens(i + 1, 4)) })),
      );
      group.forEach((on, i) => {
        sessions.keep(on, [0, 1, 2, 3].slice(0, i + 1));
      });
      // They hold differently many tokens now.
      await sessions.pass(...group.map((on, i) => ({ on, tokens: tokens(2 * i, 2) })));
      await sessions.pass({ on: group[1], tokens: [token(3)], draft: chain(tokens(4, 2)) });
      // Other sessions may run in the same pass.
      await sessions.pass(
        { on: alone, tokens: [token(5)] },
        ...group.map((on, i) => ({ on, tokens: tokens(i, 3 - i) })),
      );
    }),
    check("have scores in the order of the steps", 2, async (sessions, [a, b]) => {
      await sessions.pass({ on: b, tokens: [...prompt, token(0)] }, { on: a, tokens: [...prompt, token(1)] });
      await sessions.pass({ on: a, tokens: [token(2)] }, { on: b, tokens: [token(3)] });
      await sessions.pass({ on: b, tokens: [token(4)] }, { on: a, tokens: [token(5)] });
    }),
    check("draft trees and keep paths of their own", 3, async (sessions, group) => {
      const [a, b, c] = group;
      await sessions.pass(...group.map((on, i) => ({ on, tokens: [...prompt, token(i)] })));
      await sessions.pass(
        { on: a, tokens: [token(3)], draft: wide },
        { on: b, tokens: [token(4)], draft: deep },
        { on: c, tokens: [token(5)], draft: other },
      );
      // Equally long paths, by other nodes.
      sessions.keep(c, [1, 5, 7]);
      sessions.keep(a, [1, 4, 6]);
      sessions.keep(b, [2, 5, 7]);
      await sessions.pass(
        { on: a, tokens: [token(1)], draft: deep },
        { on: b, tokens: [token(2)], draft: wide },
        { on: c, tokens: [token(3)], draft: deep },
      );
      // Differently long ones.
      sessions.keep(a, [2, 5, 7, 9]);
      sessions.keep(b, []);
      sessions.keep(c, [0, 3]);
      await sessions.pass(
        ...group.map((on, i) => ({ on, tokens: [token(i)], draft: i === 1 ? wide : undefined })),
      );
      sessions.keep(b, [0, 2]);
      await sessions.pass({ on: c, tokens: [token(6)], draft: deep }, { on: a, tokens: [token(7)] });
      sessions.keep(c, [2, 5, 7]);
      // Level again, so that one batch may serve them as at first, and far behind what they kept.
      const level = Math.max(...group.map((on) => on.held.length)) + continuation.length;
      for (const [i, on] of group.entries())
        await sessions.pass({ on, tokens: tokens(i, level - on.held.length) });
      await sessions.pass(
        ...group.map((on, i) => ({ on, tokens: [token(i)], draft: chain(tokens(i + 1, 3)) })),
      );
    }),
    check("rewind, fork and close by themselves", 2, async (sessions, [a, b]) => {
      await sessions.pass(
        { on: a, tokens: [...prompt, token(0)], draft: wide },
        { on: b, tokens: [...prompt, token(1)], draft: deep },
      );
      sessions.keep(a, [1, 4, 6]);
      const twin = sessions.fork(b);
      sessions.keep(b, [0, 3, 8]);
      sessions.rewind(a, prompt.length + 2);
      await sessions.pass({ on: a, tokens: tokens(2, 2) }, { on: b, tokens: tokens(3, 2) });
      const copy = sessions.fork(a);
      await sessions.pass({ on: twin, tokens: [token(4)] }, { on: copy, tokens: [token(5)], draft: deep });
      sessions.keep(copy, [2, 5]);
      await sessions.pass({ on: b, tokens: [token(6)] }, { on: a, tokens: [token(6)] });
      await sessions.close(a);
      await sessions.pass({ on: b, tokens: [token(7)], draft: wide });
      await sessions.pass({ on: copy, tokens: [token(7)] }, { on: twin, tokens: [token(0)] });
    }),
  ];
};

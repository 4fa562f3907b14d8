import { chain } from "../core/tree.js";
import type { Draft, Token } from "../core/types.js";
import type { Check } from "./check.js";
import type { Recorded, Recorder, SessionTools } from "./session-record.js";

/** Ten nodes each, as one pass over sessions opened together needs equally many rows. Tokens are places in a short list. */
const SHAPES = {
  // Node 5 guesses what its sibling, node 4, does. The path 1, 4, 6, 8 has another token than nodes 0, 1, 2, 3 at each place.
  wide: { parents: [-1, -1, 0, 1, 1, 1, 4, 5, 6, 2], tokens: [1, 0, 2, 0, 2, 2, 1, 0, 2, 0] },
  // Node 3 guesses what its sibling, node 1, does.
  deep: { parents: [-1, 0, -1, 0, 2, 2, 5, 5, 3, 7], tokens: [2, 0, 1, 0, 0, 2, 1, 0, 2, 1] },
} as const;

export type Shape = keyof typeof SHAPES;

/** A tree of tokens of the continuation. `shift` gives other tokens to the same shape. */
export function tree(shape: Shape, continuation: readonly Token[], shift = 0): Draft {
  const different = [...new Set(continuation)];
  const { parents, tokens } = SHAPES[shape];
  return { parents, tokens: tokens.map((place) => different[(place + shift) % different.length]) };
}

export const treeChecks = ({ prompt, continuation, start }: SessionTools): Check[] => {
  const wide = tree("wide", continuation);
  const deep = tree("deep", continuation, 1);

  /** A session that has kept a path of each of two trees, neither of them the first nodes of its draft. */
  async function keepTwice(sessions: Recorder): Promise<Recorded> {
    const on = await sessions.open();
    await sessions.pass({ on, tokens: prompt });
    await sessions.pass({ on, tokens: [continuation[0]], draft: wide });
    sessions.keep(on, [1, 4, 6]);
    await sessions.pass({ on, tokens: [continuation[1]], draft: deep });
    sessions.keep(on, [2, 5, 7, 9]);
    return on;
  }
  /** The rest of the continuation: long enough a one reaches places from which a model looks far back at what was kept. */
  const rest = { tokens: [continuation[2]], draft: chain(continuation.slice(3)) };

  return [
    {
      name: "a drafted tree scores each node behind its own path",
      async run() {
        await using sessions = await start();
        for (const draft of [wide, deep]) {
          await sessions.pass({ on: await sessions.open(), tokens: prompt, draft });
          const on = await sessions.open();
          await sessions.pass({ on, tokens: prompt });
          await sessions.pass({ on, tokens: continuation.slice(0, 3), draft });
        }
        // A chain with one more guess before it: its long path is behind a node that is not its parent.
        const parents = [-1, -1, ...continuation.slice(1).map((_, i) => i + 1)];
        await sessions.pass({
          on: await sessions.open(),
          tokens: prompt,
          draft: {
            parents,
            tokens: [continuation.find((token) => token !== continuation[0])!, ...continuation],
          },
        });
      },
    },
    {
      name: "a kept path counts wherever its nodes stand in the tree",
      async run() {
        await using sessions = await start();
        const on = await keepTwice(sessions);
        await sessions.pass({ on, ...rest });
        for (const path of [[0, 2, 9], [1, 5, 7], [1, 3], [0], []]) {
          const other = await sessions.open();
          await sessions.pass({ on: other, tokens: prompt, draft: wide });
          sessions.keep(other, path);
          await sessions.pass({ on: other, tokens: [continuation[4]], draft: chain([continuation[5]]) });
        }
      },
    },
    {
      name: "a fork behind a kept path goes its own way",
      async run() {
        await using sessions = await start();
        const on = await keepTwice(sessions);
        const twin = sessions.fork(on);
        await sessions.pass({ on, tokens: [continuation[5]], draft: wide });
        await sessions.pass({ on: twin, ...rest });
        sessions.keep(on, [1, 5, 7]);
        sessions.keep(twin, [0]);
        await sessions.pass({ on: twin, tokens: [continuation[6]] });
        await sessions.pass({ on, tokens: [continuation[7]] });
      },
    },
    {
      name: "a fork leaves a draft to the original",
      async run() {
        await using sessions = await start();
        const on = await sessions.open();
        await sessions.pass({ on, tokens: prompt, draft: wide });
        // Nothing of the draft is committed yet: the fork holds the prompt.
        const twin = sessions.fork(on);
        await sessions.pass({ on: twin, tokens: [continuation[3]], draft: deep });
        sessions.keep(on, [1, 4, 6, 8]);
        sessions.keep(twin, [0, 3, 8]);
        await sessions.pass({ on: twin, tokens: [continuation[5]] });
        await sessions.pass({ on, tokens: [continuation[4]], draft: deep });
        // The other way round: what is left of the draft when the original has kept nothing is forgotten.
        const late = sessions.fork(on);
        sessions.keep(on, []);
        await sessions.pass({ on: late, tokens: [continuation[6]] });
        await sessions.pass({ on, tokens: [continuation[7]] });
      },
    },
    {
      name: "rewinding forgets part of a kept path",
      async run() {
        await using sessions = await start();
        const on = await keepTwice(sessions);
        const whole = on.held.slice();
        await sessions.pass({ on, tokens: continuation.slice(5, 8) });
        // Into the second path, then into the first.
        for (const length of [prompt.length + 7, prompt.length + 2]) {
          sessions.rewind(on, length);
          const again = sessions.fork(on);
          await sessions.pass({ on, tokens: [continuation[6]], draft: wide });
          sessions.keep(on, [0, 2]);
          await sessions.pass({ on, tokens: [continuation[7]] });
          await sessions.pass({ on: again, tokens: whole.slice(length) });
          await sessions.pass({ on: again, ...rest });
        }
        // To before both: nothing that came from a tree is left.
        sessions.rewind(on, prompt.length);
        await sessions.pass({ on, tokens: [continuation[0]], draft: chain(continuation.slice(1, 5)) });
      },
    },
  ];
};

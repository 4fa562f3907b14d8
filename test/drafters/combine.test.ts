import { describe, expect, it } from "vitest";
import {
  chain,
  type Drafter,
  decode,
  EMPTY,
  type Encoded,
  fromWeights,
  type Round,
} from "../../src/core/index.js";
import { branches, firstNonEmpty, given, jacobi, longest, lookup } from "../../src/drafters/index.js";
import { fixedLength } from "../../src/plans/index.js";
import { block, identical, rejection } from "../../src/verifiers/index.js";
import {
  certainly,
  context,
  drafterOf,
  drawing,
  flat,
  GUESSED,
  marginal,
  markov,
  outputs,
  room,
  setup,
  sigmas,
  WEIGHTS,
} from "./setup.js";

/** Goes on behind every token but 0: how long its drafts are depends on what it drew. */
const wordy = () => drawing(GUESSED, (last, drawn) => drawn > 0 && last === 0);
const steady = () => drawing(GUESSED);

const combinations: Record<string, () => Drafter> = {
  "longest(certain, drawing)": () => longest(certainly(1, 2), wordy()),
  "longest(drawing, certain)": () => longest(wordy(), certainly(1, 2)),
  "longest(drawing, drawing)": () => longest(wordy(), steady()),
  "longest(longest(drawing, certain), drawing)": () => longest(longest(wordy(), certainly(2)), steady()),
  "firstNonEmpty(drawing where it is at 1, drawing)": () =>
    firstNonEmpty(
      drawing(GUESSED, (last) => last !== 1),
      wordy(),
    ),
  "branches(drawing, certain, drawing)": () => branches(wordy(), certainly(1, 2), steady()),
  "jacobi(longest(drawing, certain))": () => jacobi({ filler: longest(wordy(), certainly(1, 2)) }),
};

describe("the target's distribution", () => {
  for (const [name, make] of Object.entries(combinations)) {
    for (const verifier of [rejection(), block()]) {
      it(`stays itself under ${verifier.name} with ${name}`, async () => {
        const runs = 2000;
        const all = await outputs({
          target: markov(WEIGHTS),
          verifier,
          drafter: make,
          plan: fixedLength(3, 2),
          maxTokens: 5,
          runs,
        });
        for (const place of [0, 1, 3]) {
          marginal(WEIGHTS, 0, place + 1).forEach((wanted, token) => {
            const hits = all.filter((output) => output[place] === token).length;
            expect(
              sigmas(hits, runs, wanted),
              `token ${token} at ${place}: ${hits / runs}, not ${wanted}`,
            ).toBeLessThan(6);
          });
        }
      });
    }
  }
});

/** Says what it was asked, and proposes `length` tokens, drawn or not. */
function asked(name: string, length: number | (() => number), drawn: boolean, log: string[]) {
  const q = fromWeights([1, 1]);
  return drafterOf(({ budget }) => {
    log.push(name);
    const count = Math.min(budget.nodes, budget.depth, typeof length === "number" ? length : length());
    const tokens = new Array<number>(count).fill(1);
    return chain(tokens, drawn ? { drawnFrom: tokens.map(() => q) } : {});
  }, name);
}

describe("longest", () => {
  it("takes the longest draft of which nothing was drawn, the earlier one among equals", async () => {
    const part = (...tokens: number[]) => certainly(...tokens);
    const drafting = await longest(part(1), part(2, 2, 2), part(3, 3, 3)).start(setup());
    expect((await drafting.propose(context(room(8)))).tokens).toEqual([2, 2, 2]);
  });

  it("asks a drafter that draws only while its drafts were longer than the others'", async () => {
    const log: string[] = [];
    let lookupLength = 2;
    const drafting = await longest(
      asked("draws", 4, true, log),
      asked("looks up", () => lookupLength, false, log),
    ).start(setup());
    const propose = async () => (await drafting.propose(context(room(8)))).tokens.length;
    // Nothing is known of it yet; what it drew is taken.
    expect([await propose(), log.splice(0)]).toEqual([4, ["draws"]]);
    expect([await propose(), log.splice(0)]).toEqual([4, ["looks up", "draws"]]);
    lookupLength = 5;
    expect([await propose(), log.splice(0)]).toEqual([5, ["looks up"]]);
    lookupLength = 4;
    expect([await propose(), log.splice(0)]).toEqual([4, ["looks up"]]);
    lookupLength = 0;
    expect([await propose(), log.splice(0)]).toEqual([4, ["looks up", "draws"]]);
  });

  it("does not take a draft for short because it had little room", async () => {
    const log: string[] = [];
    const drafting = await longest(asked("draws", 6, true, log), asked("looks up", 2, false, log)).start(
      setup(),
    );
    await drafting.propose(context(room(1)));
    expect((await drafting.propose(context(room(8)))).tokens).toHaveLength(6);
  });

  it("never throws away what was drawn", async () => {
    for (const lengths of [
      [1, 3],
      [3, 1],
      [0, 2],
    ]) {
      let drawn = 0;
      const counting = lengths.map((length) =>
        drafterOf(({ draw }) => {
          const q = fromWeights([1, 1]);
          const tokens = Array.from({ length }, (_, i) => draw(q, i));
          drawn += length;
          return chain(tokens, { drawnFrom: tokens.map(() => q) });
        }),
      );
      const drafting = await longest(certainly(1, 1), ...counting).start(setup());
      for (let turn = 0; turn < 5; turn++) {
        drawn = 0;
        const { drawnFrom = [] } = await drafting.propose(context(room(8)));
        expect(drawnFrom.filter((from) => from)).toHaveLength(drawn);
      }
    }
  });

  it("counts the path that is judged where trees are cut", async () => {
    const bush = drafterOf(() => ({ tokens: [1, 2, 3, 4], parents: [-1, -1, -1, -1] }));
    const parts = [bush, certainly(5, 6)] as const;
    const tree = await longest(...parts).start(setup());
    expect((await tree.propose(context(room(8)))).tokens).toEqual([1, 2, 3, 4]);
    const path = await longest(...parts).start(setup({}, { shape: "chain" }));
    expect((await path.propose(context(room(8)))).tokens).toEqual([5, 6]);
  });
});

describe("branches", () => {
  it("asks only the first that has a guess where trees are cut, and gives it all the room", async () => {
    const log: string[] = [];
    const parts = [asked("none", 0, false, log), asked("one", 9, true, log), asked("other", 9, true, log)];
    const drafting = await branches(...parts).start(setup({}, { shape: "chain" }));
    expect((await drafting.propose(context(room(8)))).tokens).toHaveLength(8);
    expect(log).toEqual(["none", "one"]);
  });

  it("states confidences where a drafter had no guess to be confident of", async () => {
    const sure = drafterOf(() => chain([1, 2], { confidence: [0.5, 0.25] }));
    const drafting = await branches(certainly(), sure).start(setup());
    expect((await drafting.propose(context(room(8)))).confidence).toEqual([0.5, 0.25]);
    const mixed = await branches(certainly(3), sure).start(setup());
    expect((await mixed.propose(context(room(8)))).confidence).toBeUndefined();
  });

  it("shares the nodes of certain guesses that agree, and leaves their room to others", async () => {
    const parts = [certainly(1, 2), certainly(1, 2, 3), certainly(1, 4, 5, 6)];
    const drafting = await branches(...parts).start(setup());
    const { tokens, parents } = await drafting.propose(context(room(6)));
    expect(tokens).toEqual([1, 2, 4, 5, 6]);
    expect(parents).toEqual([-1, 0, 0, 2, 3]);
  });

  it("keeps drawn guesses apart, also from certain ones", async () => {
    const q = fromWeights([1, 1]);
    const drawn = drafterOf(() => chain([1], { drawnFrom: [q] }));
    const drafting = await branches(drawn, certainly(1), drawn).start(setup());
    const { tokens, parents, drawnFrom } = await drafting.propose(context(room(6)));
    expect([tokens, parents]).toEqual([
      [1, 1, 1],
      [-1, -1, -1],
    ]);
    expect(drawnFrom).toEqual([q, undefined, q]);
  });

  it("shares the nodes of drawn guesses where there was no choice", async () => {
    const only = fromWeights([0, 1]);
    const one = drafterOf(() => chain([1, 1], { drawnFrom: [only, only], confidence: [0.8, 0.5] }));
    const other = drafterOf(() => chain([1, 2], { drawnFrom: [only, undefined], confidence: [0.6, 0.7] }));
    const drafting = await branches(one, other).start(setup());
    expect(await drafting.propose(context(room(6)))).toEqual({
      tokens: [1, 1, 2],
      parents: [-1, 0, 0],
      drawnFrom: [only, only, undefined],
      confidence: [0.8, 0.5, 0.7],
    });
  });

  it("asks nobody for less than nothing where a drafter took more than its room", async () => {
    const budgets: number[] = [];
    const greedy = drafterOf(() => chain([1, 2, 3, 4, 5, 6]));
    const modest = drafterOf(({ budget }) => {
      budgets.push(budget.nodes);
      return EMPTY;
    });
    const drafting = await branches(greedy, modest).start(setup());
    await drafting.propose(context(room(4)));
    expect(budgets).toEqual([]);
  });
});

interface Spoken extends Encoded {
  readonly phones: readonly number[];
}

describe("types", () => {
  it("a drafter of one medium is none of another's, in combinations either", () => {
    const spoken: Drafter<Spoken> = {
      name: "spoken",
      start: async ({ encoded: { phones } }) => ({ propose: () => chain(phones) }),
    };
    const both: readonly Drafter<Spoken>[] = [
      firstNonEmpty(lookup(), spoken),
      longest(spoken, lookup()),
      branches(spoken),
      given(spoken),
      jacobi({ filler: spoken }),
      jacobi({ filler: lookup() }),
      jacobi(),
    ];
    const any: readonly Drafter[] = [
      firstNonEmpty(lookup(), jacobi()),
      given(lookup()),
      // @ts-expect-error needs phones
      firstNonEmpty(lookup(), spoken),
      // @ts-expect-error needs phones
      longest(spoken),
      // @ts-expect-error needs phones
      branches(lookup(), spoken),
      // @ts-expect-error needs phones
      given(spoken),
      // @ts-expect-error needs phones
      jacobi({ filler: spoken }),
    ];
    expect(both.length + any.length).toBeGreaterThan(0);
  });
});

describe("names and rounds", () => {
  it("tells what it is made of, and shows every part every round", async () => {
    const seen: number[] = [];
    const watching: Drafter = {
      name: "watching",
      start: async () => ({ propose: () => EMPTY, observe: ({ start }: Round) => void seen.push(start) }),
    };
    const drafter = firstNonEmpty(certainly(1), watching);
    expect(drafter.name).toBe("firstNonEmpty(certain, watching)");
    const options = { target: flat(4), encoded: { tokens: [1] }, verifier: identical(), drafter };
    for await (const _ of decode({ ...options, plan: fixedLength(1), maxTokens: 4 }));
    expect(seen[0]).toBe(0);
    expect(seen.length).toBeGreaterThan(1);
  });
});

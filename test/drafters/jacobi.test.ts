import { describe, expect, it } from "vitest";
import {
  chain,
  type Distribution,
  type Drafter,
  decode,
  fromWeights,
  type Round,
  type Token,
} from "../../src/core/index.js";
import { copy, firstNonEmpty, heads, jacobi } from "../../src/drafters/index.js";
import { fixedLength } from "../../src/plans/index.js";
import { functionModel } from "../../src/targets/index.js";
import { identical, nearest, rejection, tolerance } from "../../src/verifiers/index.js";
import {
  certainly,
  context,
  drafterOf,
  flat,
  marginal,
  markov,
  outputs,
  room,
  setup,
  sigmas,
} from "./setup.js";

/** A round whose draft fell at `stood`; every row is `row`, every draw the place of the position behind the round's start. */
function round(draft: Round["draft"], path: readonly number[], row: Distribution, start = 0): Round {
  const tokens = [...path.map((node) => draft.tokens[node]), 9];
  return {
    start,
    draft,
    proposed: draft.tokens.length,
    verdict: { path, next: 9 },
    tokens,
    target: () => row,
    logits: () => new Float32Array(0),
    hidden: () => undefined,
    draw: (_, depth) => 10 + depth,
    timing: { draft: 0, target: 0, verify: 0, total: 0 },
  };
}

describe("the filler's draws", () => {
  it("are those of the positions behind the redrawn guesses", async () => {
    const depths: number[] = [];
    const row = fromWeights([1, 1]);
    const filler = drafterOf(({ budget, draw }) => {
      const tokens = Array.from({ length: budget.depth }, (_, depth) => draw(row, depth));
      return chain(tokens, { drawnFrom: tokens.map(() => row) });
    });
    const drafting = await jacobi({ window: 5, filler }).start(setup());
    drafting.observe?.(round(chain([1, 1, 1, 1]), [0], row));
    const draw = (_: Distribution, depth: number) => {
      depths.push(depth);
      return depth;
    };
    const draft = await drafting.propose(context({ output: [1, 9], draw, ...room(8) }));
    expect(depths).toEqual([3, 4]);
    // Three were redrawn, for the positions 2 to 4 behind the round's start.
    expect(draft.tokens).toEqual([12, 13, 14, 3, 4]);
    expect(draft.drawnFrom).toEqual([row, row, row, row, row]);
  });

  const coin = flat(2);
  /** Every third guess is certain, the others are a fair coin's; `later` are those that stand behind jacobi's own. */
  const filler = (later: Set<number>): Drafter => ({
    name: "every third",
    async start() {
      let committed = 0;
      return {
        observe({ start, tokens }) {
          committed = start + tokens.length;
        },
        propose({ output, budget, distribution, draw }) {
          const tokens: Token[] = [];
          const drawnFrom: (Distribution | undefined)[] = [];
          while (tokens.length < budget.depth) {
            const q = tokens.length % 3 === 2 ? undefined : distribution(new Float32Array(2), tokens);
            const before = output.length - committed;
            if (q && before > 0) later.add(before + tokens.length);
            tokens.push(q ? draw(q, tokens.length) : 0);
            drawnFrom.push(q);
          }
          return chain(tokens, { drawnFrom });
        },
      };
    },
  });

  for (const verifier of [
    nearest({ delta: 0.05, neighbours: (token) => (token === 0 ? [1] : []) }),
    tolerance({ beta: 0.05 }),
  ]) {
    it(`keep the bound of ${verifier.name}`, async () => {
      const later = new Set<number>();
      let [judged, changed] = [0, 0];
      const watching: typeof verifier = {
        ...verifier,
        verify(round) {
          const { path, next } = verifier.verify(round);
          for (let depth = 0; depth <= path.length && depth < round.draft.tokens.length; depth++) {
            if (!later.has(depth)) continue;
            judged++;
            const token = depth < path.length ? round.draft.tokens[depth] : next;
            if (token !== round.pick(round.target(depth - 1), depth)) changed++;
          }
          later.clear();
          return { path, next };
        },
      };
      const drafter = jacobi({ window: 6, filler: filler(later) });
      await outputs({
        target: coin,
        verifier: watching,
        drafter,
        plan: fixedLength(6),
        maxTokens: 40,
        runs: 200,
      });
      expect(judged).toBeGreaterThan(1000);
      expect(changed / judged).toBeLessThan(0.05 + 6 * Math.sqrt((0.05 * 0.95) / judged));
    });
  }
});

describe("trust", () => {
  const row = fromWeights([1, 1]);
  const own = fromWeights([1, 3]);
  const trusting = async (confidence: readonly number[], drawnFrom?: readonly Distribution[]) => {
    const filler = drafterOf(() => chain([5, 6, 7], { confidence, drawnFrom }));
    const drafting = await jacobi({ window: 3, filler, trust: 0.6 }).start(setup());
    drafting.observe?.(round(chain([1, 1, 1, 1]), [], row));
    return drafting.propose(context({ output: [9], ...room(8) }));
  };

  it("takes the distribution along that the filler's guess was drawn from", async () => {
    const { tokens, drawnFrom } = await trusting([0.9, 0.5, 0.6], [own, own, own]);
    expect(tokens).toEqual([5, 12, 7]);
    expect(drawnFrom).toEqual([own, row, own]);
  });

  it("takes certain guesses as certain, and none without a confidence", async () => {
    const { tokens, drawnFrom } = await trusting([0.9]);
    expect(tokens).toEqual([5, 12, 13]);
    expect(drawnFrom).toEqual([undefined, row, row]);
  });
});

describe("redrawn guesses", () => {
  const WEIGHTS = [
    [5, 2, 1],
    [2, 2, 3],
    [1, 4, 2],
  ];

  it("are honest under rejection", async () => {
    const runs = 2000;
    const drafter = jacobi({ window: 4 });
    const settings = { target: markov(WEIGHTS), verifier: rejection(), drafter, plan: fixedLength(4) };
    const all = await outputs({ ...settings, maxTokens: 6, runs });
    for (const place of [1, 3, 5]) {
      marginal(WEIGHTS, 0, place + 1).forEach((wanted, token) => {
        const hits = all.filter((output) => output[place] === token).length;
        expect(sigmas(hits, runs, wanted), `token ${token} at ${place}`).toBeLessThan(6);
      });
    }
  });

  const row = fromWeights([1, 1]);

  it("stay at their positions, whoever asks for what comes behind some of them", async () => {
    const drafting = await jacobi({ window: 8, filler: certainly() }).start(setup());
    drafting.observe?.(round(chain([1, 1, 1, 1]), [0], row, 3));
    const tokensAt = async (length: number) => {
      const output = new Array<Token>(length).fill(1);
      return (await drafting.propose(context({ output, ...room(8) }))).tokens;
    };
    expect(await tokensAt(5)).toEqual([12, 13, 14]);
    expect(await tokensAt(6)).toEqual([13, 14]);
    expect(await tokensAt(8)).toEqual([]);
    expect(await tokensAt(4)).toEqual([]);
  });

  it("go down a tree behind the last node that stood", async () => {
    const drafting = await jacobi({ window: 8, filler: certainly() }).start(setup());
    const rows = [1, 2, 3, 4, 5, 6].map((weight) => fromWeights([1, weight]));
    //     0 - 2 - 3
    //   1 - 4 - 5
    const tree = { tokens: [1, 2, 3, 4, 5, 6], parents: [-1, -1, 0, 2, 1, 4] };
    drafting.observe?.({ ...round(tree, [1], row), target: (node) => rows[node] });
    const { tokens, drawnFrom } = await drafting.propose(context({ output: [2, 9], ...room(8) }));
    expect(tokens).toEqual([12, 13]);
    expect(drawnFrom).toEqual([rows[4], rows[5]]);
  });

  it("end where the model has no row", async () => {
    // Token 3 never comes, and the model has nothing to say behind it.
    const target = functionModel(
      (tokens) =>
        Float32Array.from({ length: 4 }, (_, token) =>
          tokens.at(-1) === 3 ? Number.NaN : token === 3 ? -60 : 0,
        ),
      { vocabularySize: 4 },
    );
    const drafter = jacobi({ window: 4, filler: certainly(3, 1, 3, 2) });
    const settings = { target, verifier: identical(), runs: 3, maxTokens: 20 };
    expect(await outputs({ ...settings, drafter })).toEqual(
      await outputs({ ...settings, drafter: certainly() }),
    );
  });
});

describe("fillers", () => {
  it("of trees give their first path", async () => {
    const bush = drafterOf(() => ({ tokens: [1, 2, 3], parents: [-1, -1, 0] }));
    const drafting = await jacobi({ filler: bush }).start(setup());
    const { tokens, parents } = await drafting.propose(context(room(8)));
    expect([tokens, parents]).toEqual([
      [1, 3],
      [-1, 0],
    ]);
  });

  it("are told that trees are cut, and kept to their room", async () => {
    const shapes: string[] = [];
    const filler: Drafter = {
      name: "long",
      async start({ shape }) {
        shapes.push(shape);
        return { propose: () => chain([1, 2, 3, 4, 5, 6]) };
      },
    };
    const drafting = await jacobi({ window: 4, filler }).start(setup());
    expect((await drafting.propose(context(room(8)))).tokens).toEqual([1, 2, 3, 4]);
    expect(shapes).toEqual(["chain"]);
  });

  it("may have state of their own: heads guess the places they are asked for", async () => {
    const drafter = heads({ count: 3, size: 4 });
    const drafting = await drafter.start(setup({}, { model: flat(4) }));
    const best = (...tokens: Token[]) =>
      Float32Array.from(tokens.flatMap((token) => [0, 1, 2, 3].map((other) => (other === token ? 9 : 0))));
    drafting.observe?.({ ...round(chain([1]), [0], fromWeights([1])), hidden: () => best(3, 1, 2) });
    const at = async (output: Token[]) => (await drafting.propose(context({ output, ...room(8) }))).tokens;
    expect(await at([1, 9])).toEqual([3, 1, 2]);
    expect(await at([1, 9, 3])).toEqual([1, 2]);
    expect(await at([1, 9, 3, 1, 2])).toEqual([]);
  });
});

it("jacobi learns from rounds that others drafted", async () => {
  const drafter = firstNonEmpty(copy({ offsets: [1] }), jacobi());
  const options = { target: flat(4), encoded: { tokens: [1] }, verifier: identical(), plan: fixedLength(3) };
  let rounds = 0;
  for await (const _ of decode({ ...options, drafter, maxTokens: 30, seed: 3 })) rounds++;
  expect(rounds).toBeLessThan(31);
});

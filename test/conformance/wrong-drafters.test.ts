import { describe, expect, it } from "vitest";
import { drafterChecks, type Toy } from "../../src/conformance/index.js";
import {
  chain,
  type Distribution,
  type Draft,
  type DraftContext,
  type Drafter,
  type Drafting,
  distribution,
  type Encoded,
  likeliest,
  probability,
  type Token,
} from "../../src/core/index.js";
import { lookup, model } from "../../src/drafters/index.js";
import { faultsOf } from "./run.js";

const drafterOf = (propose: Drafting["propose"], more: Partial<Drafting> = {}): Drafter => ({
  name: "mine",
  start: async () => ({ propose, ...more }),
});

/** How a drafter of the tests draws its guesses. */
interface Drawing {
  /** Tokens, and what they were drawn from, behind a path; undefined: no more. */
  readonly next?: (q: Distribution, context: DraftContext, at: number) => Token;
  readonly from?: (q: Distribution) => Distribution;
  readonly sure?: (q: Distribution, token: Token) => number;
  /** True where the last guess is not proposed, and none behind it. */
  readonly hides?: (q: Distribution, token: Token) => boolean;
  readonly room?: (context: DraftContext) => number;
}

const top = (q: Distribution) => probability(q, likeliest(q));

/** Draws from the small model's rows, the right way unless it is told otherwise. */
const drawing = (small: Toy, settings: Drawing = {}) => {
  const {
    next = (q, { draw }, at) => draw(q, at),
    from = (q) => q,
    sure = top,
    hides = () => false,
  } = settings;
  const { room = ({ budget }) => Math.floor(Math.min(budget.nodes, budget.depth)) } = settings;
  return drafterOf((context) => {
    const { prompt, output, distribution: of } = context;
    const tokens: Token[] = [];
    const drawnFrom: Distribution[] = [];
    const confidence: number[] = [];
    while (tokens.length < room(context)) {
      const q = of(small.logits([...prompt, ...output, ...tokens]), tokens);
      const token = next(q, context, tokens.length);
      if (hides(q, token)) break;
      confidence.push(sure(q, token));
      tokens.push(token);
      drawnFrom.push(from(q));
    }
    return chain(tokens, { drawnFrom, confidence });
  });
};

const uniform = distribution(
  Int32Array.from({ length: 12 }, (_, token) => token),
  new Float64Array(12).fill(1),
);

/** Two independent draws for the next place. */
const pairs = (small: Toy, make: (q: Distribution, a: Token, b: Token) => Draft) =>
  drafterOf(({ prompt, output, budget, distribution: of, draw }) => {
    if (!(budget.nodes >= 2 && budget.depth >= 1)) return chain([]);
    const q = of(small.logits([...prompt, ...output]), []);
    return make(q, draw(q, 0), draw(q, 0));
  });
const siblings = (q: Distribution, a: Token, b: Token): Draft => ({
  tokens: [a, b],
  parents: [-1, -1],
  drawnFrom: [q, q],
});

/** What the checks tell. The one that goes by statistics is run where nothing else sees a fault. */
async function told(create: (target: Toy, small: Toy) => Drafter, statistics = false): Promise<string> {
  const checks = drafterChecks(create).filter(({ name }) => name.includes("under rejection") === statistics);
  return (await faultsOf(checks)).join("\n");
}

describe("drafterChecks", () => {
  it("has nothing against honest drafters", async () => {
    for (const statistics of [true, false]) {
      expect(await told((_, small) => drawing(small), statistics)).toBe("");
      expect(await told((_, small) => pairs(small, siblings), statistics)).toBe("");
    }
  });

  it("takes a drafting that is a class, and one encoding's drafter without casts", async () => {
    interface Sung extends Encoded {
      readonly melody: readonly Token[];
    }
    class Follows implements Drafting {
      #melody: readonly Token[];
      constructor({ melody }: Sung) {
        this.#melody = melody;
      }
      propose({ output, budget }: DraftContext) {
        const most = Math.floor(Math.min(budget.nodes, budget.depth));
        return chain(this.#melody.slice(output.length, output.length + most));
      }
    }
    const singer: Drafter<Sung> = { name: "singer", start: async ({ encoded }) => new Follows(encoded) };
    const encoded: Sung = { tokens: [1], melody: [1, 2, 3, 4, 5, 6, 7, 8] };
    expect(await faultsOf(drafterChecks(() => singer, { encoded }))).toEqual([]);
    // @ts-expect-error: without its encoding the drafter has no melody
    expect(() => drafterChecks(() => singer)).not.toThrow();
  });

  const blind = /neither hides a draw/;
  it("sees confidence that depends on the draw", async () => {
    expect(await told((_, small) => drawing(small, { sure: (q, token) => probability(q, token) }))).toMatch(
      /neither hides a draw.*has the confidence [\d.]+, and with token \d+ [\d.]+/,
    );
    const sure = (_: Distribution, token: Token) => (token === 3 ? 0 : 1);
    expect(await told((_, small) => drawing(small, { sure }))).toMatch(blind);
  });

  it("sees draws that are hidden for their value", async () => {
    const hides = (q: Distribution, token: Token) => probability(q, token) < 0.1;
    expect(await told((_, small) => drawing(small, { hides }))).toMatch(
      /a draw must not be left out for its value/,
    );
    const once = (q: Distribution, a: Token, b: Token) =>
      a === b ? chain([a], { drawnFrom: [q] }) : siblings(q, a, b);
    expect(await told((_, small) => pairs(small, once))).toMatch(blind);
    const best = (q: Distribution, a: Token, b: Token) =>
      chain([probability(q, a) >= probability(q, b) ? a : b], { drawnFrom: [q] });
    expect(await told((_, small) => pairs(small, best))).toMatch(blind);
  });

  it("sees drafts that are thrown away by a length that was drawn", async () => {
    const longer = (small: Toy): Drafter => ({
      name: "longer",
      async start(setup) {
        const [a, b] = [await drawing(small).start(setup), await lookup().start(setup)];
        return {
          async propose(context) {
            const [one, other] = [await a.propose(context), await b.propose(context)];
            const end = one.tokens.findIndex((token) => token < 4) + 1;
            return (end || one.tokens.length) > other.tokens.length ? one : other;
          },
        };
      },
    });
    expect(await told((_, small) => longer(small))).toMatch(blind);
  });

  it("sees what was not drawn from what is said", async () => {
    const truly = /says truly what its guesses were drawn from.*says that it was drawn/;
    expect(await told((_, small) => drawing(small, { from: () => uniform }))).toMatch(truly);
    // Another place's noise; a chance of its own; no draw at all.
    expect(await told((_, small) => drawing(small, { next: (q, { draw }) => draw(q, 0) }))).toMatch(truly);
    let turn = 0;
    const own = (q: Distribution) => q.tokens[turn++ % q.tokens.length];
    expect(await told((_, small) => drawing(small, { next: own }))).toMatch(truly);
    expect(await told((_, small) => drawing(small, { next: likeliest }))).toMatch(truly);
  });

  it("sees a bias in the output", async () => {
    // Statistics alone, without the other checks.
    const hides = (q: Distribution, token: Token) => token !== likeliest(q);
    expect(await told((_, small) => drawing(small, { hides }), true)).toMatch(/is not lossless/);
  });

  it("sees budgets that are not kept", async () => {
    const kept = /keeps its budget/;
    for (const room of [
      ({ budget }: DraftContext) => budget.depth,
      ({ budget }: DraftContext) => Math.ceil(Math.min(budget.nodes, budget.depth)),
      ({ budget }: DraftContext) => Math.max(1, Math.floor(Math.min(budget.nodes, budget.depth))),
    ])
      expect(await told((_, small) => drawing(small, { room }))).toMatch(kept);
  });

  it("sees tokens outside the vocabulary, and says whose", async () => {
    const echo = drafterOf(({ prompt, budget }) =>
      chain(budget.nodes >= 1 && budget.depth >= 1 ? prompt.slice(-1) : []),
    );
    expect(await told(() => echo)).toMatch(
      /takes a prompt with.*"mine" proposed a broken draft: token 15 is outside/,
    );
  });

  it("sees sequences that share their state", async () => {
    const seen: Token[] = [];
    const mixing: Drafter = drafterOf(
      ({ budget }) => chain(seen.slice(-Math.floor(Math.min(budget.nodes, budget.depth, 2)))),
      { observe: ({ tokens }) => void seen.push(...tokens) },
    );
    expect(await told(() => mixing)).toMatch(/keeps sequences apart.*depend on another one/);
  });

  it("sees sessions that are left open or closed twice", async () => {
    const opening = (small: Toy, closes: number): Drafter => ({
      name: "opening",
      async start(setup) {
        const session = await small.open();
        const { propose } = await drawing(small).start(setup);
        return {
          propose,
          async close() {
            for (let turn = 0; turn < closes; turn++) await session[Symbol.asyncDispose]();
          },
        };
      },
    });
    expect(await told((_, small) => opening(small, 0))).toMatch(/leaves early: sessions left open.*0, 1$/m);
    expect(await told((_, small) => opening(small, 1))).toBe("");
    expect(await told((_, small) => opening(small, 2))).toMatch(/sessions left open/);
    /** Closes what it has only if all goes well. */
    const careless = (small: Toy): Drafter => ({
      name: "careless",
      async start(setup) {
        const inner = await model(small).start(setup);
        let well = true;
        return {
          propose: async (context) => {
            well = false;
            const draft = await inner.propose(context);
            well = true;
            return draft;
          },
          close: () => (well ? inner.close?.() : undefined),
        };
      },
    });
    expect(await told((_, small) => careless(small))).toMatch(/when a pass fails: sessions left open/);
    /** One session for all its sequences. */
    const sharing = (small: Toy): Drafter => {
      let inner: Promise<Drafting> | undefined;
      return {
        name: "sharing",
        start(setup) {
          inner ??= model(small).start(setup);
          return inner;
        },
      };
    };
    expect(await told((_, small) => sharing(small))).toMatch(/for a session that is closed/);
  });
});

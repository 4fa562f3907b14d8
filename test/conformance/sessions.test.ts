import { describe, expect, it } from "vitest";
import { sessionChecks, toyModel } from "../../src/conformance/index.js";
import {
  chain,
  type Draft,
  EMPTY,
  type Model,
  pathTo,
  type Scores,
  type Session,
  type Step,
  subtree,
  type Token,
} from "../../src/core/index.js";

/** What a session of the model below holds. */
interface State {
  readonly tokens: Token[];
  draft: Draft;
}

interface ListSession extends Session {
  readonly state: State;
}

/** What the model below does, as it should be. */
const PARTS = {
  keep({ tokens, draft }: State, path: readonly number[]) {
    tokens.push(...path.map((node) => draft.tokens[node]));
  },
  rewind({ tokens }: State, length: number) {
    tokens.length = length;
  },
  fork: ({ tokens }: State): State => ({ tokens: tokens.slice(), draft: EMPTY }),
  openTogether: (count: number, open: () => Session) => Array.from({ length: count }, open),
  /** Tokens to append to a session. */
  tokens: ({ tokens }: Step, _: State): readonly Token[] => tokens,
  /** A step's draft, as it is scored. */
  draft: (draft: Draft, _: readonly Step[]): Draft => draft,
  scores: (scores: readonly Scores[], _: readonly Step[]): readonly Scores[] => scores,
};

/** A model on lists of tokens, of which some parts are wrong. Its scores depend on more tokens than a check adds at a time. */
function listModel(wrong: Partial<typeof PARTS> = {}): Model {
  const parts = { ...PARTS, ...wrong };
  const toy = toyModel({ vocabularySize: 6, order: 12 });
  const open = (state: State = { tokens: [], draft: EMPTY }): ListSession => ({
    state,
    get length() {
      return state.tokens.length;
    },
    keep(path) {
      parts.keep(state, path);
      state.draft = EMPTY;
    },
    rewind: (length) => parts.rewind(state, length),
    fork: () => open(parts.fork(state)),
    [Symbol.asyncDispose]: async () => {},
  });
  return {
    vocabularySize: toy.vocabularySize,
    contextLength: toy.contextLength,
    exact: "tree",
    open: async () => open(),
    openTogether: async (count) => parts.openTogether(count, open),
    async pass(steps) {
      const scores = steps.map((step) => {
        const { state } = step.session as ListSession;
        state.tokens.push(...parts.tokens(step, state));
        state.draft = step.draft ?? EMPTY;
        const before = state.tokens.slice();
        const { tokens, parents } = parts.draft(state.draft, steps);
        const path = (node: number) => pathTo({ tokens, parents }, node).map((on) => tokens[on]);
        return { row: (node: number) => toy.logits([...before, ...path(node)]) };
      });
      return [...parts.scores(scores, steps)];
    },
  };
}

/** Names of the checks that a model fails. */
async function failures(create: () => Model): Promise<string[]> {
  const failed: string[] = [];
  const options = { prompt: [1, 2, 3], continuation: [0, 1, 2, 3, 4, 5, 0, 1] };
  for (const { name, run } of sessionChecks(async () => create(), options)) {
    await run().catch(({ message }: Error) => {
      // What a check finds out, and no mistake of a test's own.
      expect(message).toMatch(
        /logits differ by|length \d+ after|openTogether\(\d\) gave|was written over|differ by what is scored ahead/,
      );
      failed.push(name);
    });
  }
  return failed;
}

const KEPT_CHAIN = "kept nodes count, rejected ones leave no trace";
const STAYS = "a row stays as it is when later passes run";
const AHEAD = "rows ahead of a chain change nothing of it";
const REWOUND = "rewinding forgets";
const FORKED = "a fork goes its own way";
const SEVERAL = "one pass serves several sessions";
const ORDER = "scores come in the order of the steps";
const TREE = "a drafted tree scores each node behind its own path";
const KEPT = "a kept path counts wherever its nodes stand in the tree";
const FORKED_KEPT = "a fork behind a kept path goes its own way";
const FORKED_DRAFT = "a fork leaves a draft to the original";
const REWOUND_KEPT = "rewinding forgets part of a kept path";
const TOGETHER = "sessions opened together are as many as asked for, each with tokens of its own";
const TOGETHER_ORDER = "sessions opened together have scores in the order of the steps";
const TOGETHER_TREES = "sessions opened together draft trees and keep paths of their own";
const TOGETHER_ALONE = "sessions opened together rewind, fork and close by themselves";

const everyNode = ({ tokens }: Draft) => tokens.map((_, node) => node);

/** A draft without the nodes that guess what a sibling before them does, and without what is behind those. */
function withoutTwins(draft: Draft): Draft {
  const keys = draft.tokens.map((token, node) => `${draft.parents[node]} ${token}`);
  const isTwin = (node: number) => keys.indexOf(keys[node]) < node;
  const stays = (node: number) => !pathTo(draft, node).some(isTwin);
  return subtree(draft, everyNode(draft).filter(stays));
}

/** Scores in the order in which the sessions were first passed. */
function inOrderOfOpening(): Partial<typeof PARTS> {
  const opened: Session[] = [];
  return {
    scores(scores, steps) {
      for (const { session } of steps) if (!opened.includes(session)) opened.push(session);
      const places = steps.map(({ session }) => opened.indexOf(session));
      return [...scores.keys()].sort((a, b) => places[a] - places[b]).map((i) => scores[i]);
    },
  };
}

/** Rows of one and the same memory, a place for each node. */
function reusingRows(): Partial<typeof PARTS> {
  const memory = new Map<number, Float32Array>();
  return {
    scores: (scores) =>
      scores.map(({ row }) => ({
        row(node) {
          const fresh = row(node);
          const kept = memory.get(node) ?? fresh.slice();
          memory.set(node, kept);
          kept.set(fresh);
          return kept;
        },
      })),
  };
}

/** Sessions whose drafts are one and the same, the latest. */
function sharingDraft(count: number, open: () => Session): Session[] {
  const latest = { draft: EMPTY };
  const shared = {
    get: () => latest.draft,
    set(draft: Draft) {
      latest.draft = draft;
    },
  };
  const sessions = Array.from({ length: count }, open);
  for (const session of sessions) Object.defineProperty((session as ListSession).state, "draft", shared);
  return sessions;
}

/** What is wrong with a model, the checks that must fail on it, its wrong parts. */
const WRONG: readonly (readonly [what: string, fails: readonly string[], wrong: Partial<typeof PARTS>])[] = [
  [
    "what is scored beside a chain counts for it",
    [AHEAD],
    {
      draft: (draft) => (draft.tokens.length > 10 ? { ...draft, tokens: draft.tokens.map(() => 0) } : draft),
    },
  ],
  ["rows are written over by later passes", [STAYS], reusingRows()],
  ["trees are read as chains", [TREE, KEPT, TOGETHER_TREES], { draft: ({ tokens }) => chain(tokens) }],
  [
    "trees branch at the root only",
    [TREE],
    {
      draft: ({ tokens, parents }) => ({
        tokens,
        parents: parents.map((parent, i) => (parent < 0 ? -1 : i - 1)),
      }),
    },
  ],
  ["a guess that a sibling makes already is left out", [TREE, TOGETHER_TREES], { draft: withoutTwins }],
  [
    "all steps of a pass get the tree of the first",
    [TOGETHER_TREES],
    {
      draft(draft, [{ draft: first }]) {
        const alike = first && first.tokens.length === draft.tokens.length;
        return alike ? { ...draft, parents: first.parents } : draft;
      },
    },
  ],
  [
    "keep takes nodes by their place in the path",
    [KEPT, FORKED_KEPT, FORKED_DRAFT, REWOUND_KEPT, TOGETHER_TREES],
    { keep: (state, path) => PARTS.keep(state, [...path.keys()]) },
  ],
  [
    "keep leaves the rejected nodes",
    [KEPT_CHAIN, KEPT, TOGETHER],
    { keep: (state) => PARTS.keep(state, everyNode(state.draft)) },
  ],
  [
    "keep leaves a rejected node in place of the last one",
    [KEPT_CHAIN],
    {
      keep: (state, path) =>
        PARTS.keep(
          state,
          path.map((node, i) => (i > 0 && i === path.length - 1 ? node + 1 : node)),
        ),
    },
  ],
  [
    "a draft that nobody keeps stays",
    [KEPT_CHAIN],
    { tokens: ({ tokens }, { draft }) => [...draft.tokens.slice(0, 1), ...tokens] },
  ],
  ["rewinding forgets nothing", [REWOUND, REWOUND_KEPT], { rewind() {} }],
  [
    "rewinding forgets the first tokens",
    [REWOUND, REWOUND_KEPT],
    { rewind: ({ tokens }, length) => void tokens.splice(0, tokens.length - length) },
  ],
  [
    "a fork shares everything",
    [FORKED, FORKED_KEPT, FORKED_DRAFT, TOGETHER_ALONE],
    { fork: (state) => state },
  ],
  [
    "a fork shares the tokens",
    [FORKED, FORKED_KEPT, TOGETHER_ALONE],
    { fork: ({ tokens }) => ({ tokens, draft: EMPTY }) },
  ],
  [
    "a fork takes along what nobody has kept",
    [FORKED_DRAFT],
    { fork: ({ tokens, draft }) => ({ tokens: [...tokens, ...draft.tokens.slice(0, 1)], draft: EMPTY }) },
  ],
  [
    "a fork takes the draft away from the original",
    [FORKED_DRAFT],
    {
      fork(state) {
        state.draft = EMPTY;
        return PARTS.fork(state);
      },
    },
  ],
  ["scores come in the order of opening", [ORDER, TOGETHER_ORDER], inOrderOfOpening()],
  ["scores come in reverse", [SEVERAL, ORDER, TOGETHER], { scores: (scores) => [...scores].reverse() }],
  [
    "openTogether gives one session n times",
    [TOGETHER, TOGETHER_ORDER, TOGETHER_TREES, TOGETHER_ALONE],
    { openTogether: (count, open) => new Array(count).fill(open()) },
  ],
  [
    "openTogether gives n sessions that hold the same",
    [TOGETHER, TOGETHER_ORDER, TOGETHER_TREES, TOGETHER_ALONE],
    {
      openTogether(count, open) {
        const one = open();
        return Array.from({ length: count }, () => Object.create(one));
      },
    },
  ],
  [
    "openTogether gives a session too few",
    [TOGETHER],
    { openTogether: (count, open) => Array.from({ length: count - 1 }, open) },
  ],
  [
    "sessions opened together share the latest draft",
    [TOGETHER, TOGETHER_TREES],
    { openTogether: sharingDraft },
  ],
];

describe("the checks of sessions", () => {
  it("pass a right model, with openTogether and without", async () => {
    expect(await failures(listModel)).toEqual([]);
    expect(await failures(() => ({ ...listModel(), openTogether: undefined }))).toEqual([]);
  });

  it("want a continuation that can tell sessions apart", () => {
    const checks = (continuation: Token[]) => () =>
      sessionChecks(async () => listModel(), { prompt: [1], continuation });
    expect(checks([1, 2, 3])).toThrow(/eight tokens/);
    expect(checks(new Array(8).fill(1))).toThrow(/not all the same/);
  });

  for (const [what, fails, wrong] of WRONG) {
    it(`fail where ${what}`, async () => {
      expect(await failures(() => listModel(wrong))).toEqual(expect.arrayContaining([...fails]));
    });
  }
});

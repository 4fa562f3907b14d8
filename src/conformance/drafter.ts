import { decode } from "../core/decode.js";
import { depths } from "../core/tree.js";
import type { Budget, Drafter, Encoded, Plan, Rules, Token } from "../core/types.js";
import { adaptive } from "../plans/adaptive.js";
import { fixedLength } from "../plans/fixed.js";
import { identical } from "../verifiers/identical.js";
import { rejection } from "../verifiers/rejection.js";
import { assert, type Check, plainTokens } from "./check.js";
import { assertExact, divergenceOf } from "./divergence.js";
import { drawChecks } from "./draw-checks.js";
import { type Toy, toyModel } from "./toy.js";
import { watched } from "./watch.js";

export interface DrafterCheckOptions<E extends Encoded = Encoded> {
  /**
   * The prompt as the modality would hand it in; with a reference for drafters that follow one. The checks' models have 12
   * tokens: 0 to 11.
   */
  readonly encoded: E;
  /** Runs of the check under rejection sampling; more see smaller faults. */
  readonly runs?: number;
}

/** A drafter under test, for a target and a smaller model. */
export type CreateDrafter<E extends Encoded> = (target: Toy, small: Toy) => Drafter<E>;

const VOCABULARY = 12;
const END = 11;
const LENGTH = 40;
const SEEDS = 12;
const sentence: Rules<unknown> = {
  start: 0,
  advance: (_, token) => token,
  mask: () => undefined,
  ended: (token) => token === END,
};

const USUAL: Encoded = { tokens: [1, 2], reference: [3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5, 8, 9, 7, 9] };

/** What a drafter is given room for: as a plan, a combinator or a careless caller may say it. */
const BUDGETS: readonly Budget[] = [
  { nodes: 3, depth: 2 },
  { nodes: 2, depth: 5 },
  { nodes: 2.5, depth: 3.7 },
  { nodes: 0, depth: 0 },
  { nodes: 0.5, depth: 0.5 },
  { nodes: 5, depth: 5, worth: 0.5 },
  { nodes: 1e9, depth: LENGTH },
];

/** The models of a check; `small` imitates the target. */
function toys() {
  const target = toyModel({ vocabularySize: VOCABULARY, sharpness: 2.5 });
  const small = toyModel({
    vocabularySize: VOCABULARY,
    sharpness: 2.5,
    unlike: { seed: 5, share: 0.25 },
  });
  return { target, small };
}

/**
 * What every drafter promises: under `identical` the output is plain decoding's, token for token, at temperatures 0, 0.7 and
 * 1; budgets are kept; what it says its guesses were drawn from is true, and no draw is hidden for its value (else rejection
 * sampling would be biased); sequences do not disturb one another; nothing stays open behind it, failures included.
 *
 * @param create makes the drafter for a toy target; `small` imitates the target.
 * @param options `encoded` may be left out where a drafter needs nothing of its medium
 *
 * @example
 * for (const check of drafterChecks((_, small) => model(small))) it(check.name, check.run);
 */
export function drafterChecks(
  create: CreateDrafter<Encoded>,
  options?: Partial<DrafterCheckOptions>,
): Check[];
export function drafterChecks<E extends Encoded>(
  create: CreateDrafter<E>,
  options: DrafterCheckOptions<E>,
): Check[];
export function drafterChecks(
  create: CreateDrafter<Encoded>,
  { encoded = USUAL, runs = 1_500 }: Partial<DrafterCheckOptions> = {},
): Check[] {
  const fresh = () => {
    const { target, small } = toys();
    return { target, drafter: create(target, small) };
  };
  return [
    ...outputChecks(create, encoded),
    budgetCheck(create, encoded),
    ...drawChecks({ encoded, create: fresh }),
    rejectionCheck(create, encoded, runs),
    apartCheck(create, encoded),
    ...closeChecks(create, encoded),
  ];
}

interface Run<E extends Encoded> {
  readonly target: Toy;
  readonly drafter: Drafter<E>;
  readonly encoded: E;
  readonly plan?: Plan;
  readonly temperature?: number;
  readonly seed?: number;
}

const decoded = <E extends Encoded>(run: Run<E>) =>
  decode({
    plan: fixedLength(4, 2),
    ...run,
    verifier: identical(),
    rules: sentence,
    sampling: { temperature: run.temperature ?? 1 },
    maxTokens: LENGTH,
    clock: () => 0,
  });

async function outputOf<E extends Encoded>(run: Run<E>): Promise<Token[]> {
  const output: Token[] = [];
  for await (const { tokens } of decoded(run)) output.push(...tokens);
  return output;
}

function assertClosed(...models: readonly Toy[]): void {
  const open = models.map(({ openSessions }) => openSessions);
  assert(
    open.every((count) => count === 0),
    `sessions left open (target, small model; less than 0: closed twice): ${open.join(", ")}`,
  );
}

/** Identical output, also behind a prompt with tokens that no output has. */
function outputChecks<E extends Encoded>(create: CreateDrafter<E>, encoded: E): Check[] {
  const foreign = { ...encoded, tokens: [...encoded.tokens, VOCABULARY + 1, VOCABULARY + 3] };
  async function compare(prompts: readonly E[], temperature: number, seeds: number) {
    const { target, small } = toys();
    const drafter = create(target, small);
    for (const plan of [fixedLength(1), fixedLength(5, 2), adaptive({ cost: (rows) => 1 + 0.05 * rows })])
      for (const prompt of prompts)
        for (let seed = 0; seed < seeds; seed++) {
          const run = { target, drafter, encoded: prompt, plan, temperature, seed };
          const sampling = { temperature };
          const settings = { target, prompt: prompt.tokens, length: LENGTH, seed, sampling, rules: sentence };
          const wanted = plainTokens(settings).join();
          const got = (await outputOf(run)).join();
          assert(got === wanted, `seed ${seed}: plain ${wanted}, drafted ${got}`);
        }
    assertClosed(target, small);
  }
  return [
    ...[0, 0.7, 1].map((temperature) => ({
      name: `identical output at temperature ${temperature}`,
      run: () => compare([encoded], temperature, temperature === 0 ? 1 : SEEDS),
    })),
    {
      name: "takes a prompt with tokens that no output has",
      run: () => compare([foreign], 1, 2),
    },
  ];
}

const budgetCheck = <E extends Encoded>(create: CreateDrafter<E>, encoded: E): Check => ({
  name: "keeps its budget",
  async run() {
    const { target, small } = toys();
    for (let seed = 0; seed < BUDGETS.length; seed++) {
      const budget = (turn: number) => BUDGETS[(turn + seed) % BUDGETS.length];
      const { drafter, proposals } = watched(create(target, small), { budget });
      await outputOf({ target, drafter, encoded, plan: fixedLength(LENGTH, 100), seed });
      for (const { draft, budget: room } of proposals) {
        const [nodes, depth] = [draft.tokens.length, Math.max(0, ...depths(draft).map((own) => own + 1))];
        assert(
          nodes <= room.nodes && depth <= room.depth,
          `${nodes} nodes, ${depth} in a row, where ${room.nodes} and ${room.depth} were allowed`,
        );
      }
    }
  },
});

/** The whole of it once more, by statistics: where a drafter draws, under rejection sampling the distribution is the target's. */
const rejectionCheck = <E extends Encoded>(create: CreateDrafter<E>, encoded: E, runs: number): Check => ({
  name: "leaves the distribution under rejection sampling as it is",
  async run() {
    const { target, small } = toys();
    const pilot = watched(create(target, small));
    await outputOf({ target, drafter: pilot.drafter, encoded });
    // Guesses that were not drawn cannot bend it.
    if (pilot.draws.length === 0) return;
    const drafter = create(target, small);
    const options = { target, encoded, plan: () => fixedLength(2, 2), runs, length: 3, compared: 2 };
    assertExact(await divergenceOf(rejection(), drafter, options), `${drafter.name} under rejection`);
  },
});

/** Several sequences at once: each is drafted as if it were alone. */
const apartCheck = <E extends Encoded>(create: CreateDrafter<E>, encoded: E): Check => ({
  name: "keeps sequences apart that it serves at the same time",
  async run() {
    const { target, small } = toys();
    const prompts = [encoded, { ...encoded, tokens: [...encoded.tokens, 3] }];
    const run = (drafter: Drafter<E>, which: number) => {
      const watch = watched(drafter);
      const rounds = decoded({ target, encoded: prompts[which], drafter: watch.drafter, seed: which });
      return { watch, rounds };
    };
    const alone: string[] = [];
    for (const which of prompts.keys()) {
      const { watch, rounds } = run(create(target, small), which);
      for await (const _ of rounds);
      alone.push(JSON.stringify(watch.proposals.map(({ draft }) => [draft.tokens, draft.parents])));
    }
    const drafter = create(target, small);
    const both = [...prompts.keys()].map((which) => run(drafter, which));
    for (let open = both.length; open > 0; ) {
      open = 0;
      for (const { rounds } of both) if (!(await rounds.next()).done) open++;
    }
    both.forEach(({ watch }, which) => {
      const together = JSON.stringify(watch.proposals.map(({ draft }) => [draft.tokens, draft.parents]));
      assert(
        together === alone[which],
        `drafts of a sequence depend on another one that runs at the same time: ${alone[which]} alone, ${together} together`,
      );
    });
    assertClosed(target, small);
  },
});

function closeChecks<E extends Encoded>(create: CreateDrafter<E>, encoded: E): Check[] {
  return [
    {
      name: "leaves nothing open when the consumer leaves early",
      async run() {
        const { target, small } = toys();
        for await (const _ of decoded({ target, drafter: create(target, small), encoded })) break;
        assertClosed(target, small);
      },
    },
    {
      name: "leaves nothing open when a pass fails",
      async run() {
        const { target, small } = toys();
        for (const pass of [1, 2, 5]) {
          const [badTarget, badSmall] = [failing(target, pass), failing(small, pass)];
          await outputOf({ target: badTarget, drafter: create(target, small), encoded }).catch(() => {});
          await outputOf({ target, drafter: create(target, badSmall), encoded }).catch(() => {});
        }
        assertClosed(target, small);
      },
    },
  ];
}

/** A model whose passes fail from the nth on. */
function failing(toy: Toy, nth: number): Toy {
  let passes = 0;
  return {
    ...toy,
    get openSessions() {
      return toy.openSessions;
    },
    async pass(steps, options) {
      if (++passes >= nth) throw new Error(`pass ${passes} fails`);
      return toy.pass(steps, options);
    },
  };
}

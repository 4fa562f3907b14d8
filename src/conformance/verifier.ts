import { decode } from "../core/decode.js";
import type { Sampling } from "../core/sampling.js";
import type { Rules, Token, Verifier } from "../core/types.js";
import { adaptive } from "../plans/adaptive.js";
import { fixedLength } from "../plans/fixed.js";
import { boundChecks } from "./bounds.js";
import { assert, type Check, plainTokens } from "./check.js";
import { assertExact, type DivergenceOptions, divergence, verdictDivergence } from "./divergence.js";
import { type DraftKind, draftKinds, proposals } from "./draft-kinds.js";
import { toyModel } from "./toy.js";

export interface VerifierCheckOptions {
  /** Runs a case; more see smaller faults. */
  readonly runs?: number;
}

const CHAINS: readonly DraftKind[] = ["drawn chain", "certain chain"];

/**
 * What a verifier promises, by its guarantee. "identical": the output equals plain decoding's token for token. "lossless": it
 * has the target's distribution. A bound: it is kept, as a number, and the output is seen to differ from plain decoding's.
 * All of them under drafts that were drawn and that were not, chains and (where the verifier judges them) trees.
 *
 * A fault of a few per cent may stay below what sampling explains: more `runs` see smaller ones.
 */
export function verifierChecks(
  create: () => Verifier,
  { runs = 10_000 }: VerifierCheckOptions = {},
): Check[] {
  const { guarantee } = create();
  if (typeof guarantee !== "string")
    return [...boundChecks(create, Math.ceil(0.3 * runs)), keepsRules(create)];
  return guarantee === "identical" ? equalChecks(create) : exactChecks(create, runs);
}

/** A poor imitation of the target: rejections are common, and mistakes behind them weigh more (tried with such mistakes). */
const poor = () => toyModel({ sharpness: 3, unlike: { seed: 3, share: 0.6 } });
const kindsFor = ({ shape }: Verifier): readonly DraftKind[] =>
  shape === "tree" ? (Object.keys(proposals(poor())) as DraftKind[]) : CHAINS;

const SAMPLINGS: Record<string, Sampling> = {
  "temperature 1": {},
  "temperature 0.7, top-k 3, repetition penalty 1.3": { temperature: 0.7, topK: 3, repetitionPenalty: 1.3 },
};

/** Checks that the output has the target's distribution: of the verdicts alone, then in the loop. */
function exactChecks(create: () => Verifier, runs: number): Check[] {
  const all = proposals(poor());
  const close = draftKinds(toyModel({ unlike: { seed: 9, share: 0.4 } }))["drawn chain"];
  const inLoop = (name: string, options: DivergenceOptions): Check => ({
    name,
    async run() {
      const verifier = create();
      assertExact(
        await divergence(verifier, close, { ...options, runs: Math.ceil(runs / 4) }),
        verifier.name,
      );
    },
  });
  const plan = () => adaptive({ cost: (rows) => 1 + 0.1 * rows, maxDepth: 3 });
  return [
    ...kindsFor(create()).flatMap((kind) =>
      Object.entries(SAMPLINGS).map(([name, sampling]) => ({
        name: `${kind}, ${name}: the target's distribution`,
        async run() {
          const verifier = create();
          assertExact(verdictDivergence(verifier, all[kind], { sampling, runs }), verifier.name);
        },
      })),
    ),
    inLoop("an adaptive plan does not bend the distribution", { plan }),
    inLoop("masks hold behind drafted tokens", { rules: noRepeats(4) }),
  ];
}

const SEEDS = 25;
const LENGTH = 16;

/** Checks that the output is plain decoding's, token for token. */
function equalChecks(create: () => Verifier): Check[] {
  const target = toyModel();
  const encoded = { tokens: [0, 1] };
  const all = draftKinds(poor());
  return kindsFor(create()).flatMap((kind) =>
    [0, 0.7, 1].map((temperature) => ({
      name: `${kind}, temperature ${temperature}: plain decoding's tokens`,
      async run() {
        const settings = { target, encoded, drafter: all[kind], sampling: { temperature }, clock: () => 0 };
        const plans = [fixedLength(3, 2), adaptive({ cost: (rows) => 1 + 0.1 * rows })];
        for (let seed = 0; seed < SEEDS; seed++) {
          const rules = seed % 2 ? noRepeats(4) : undefined;
          const plan = plans[seed % 3 ? 0 : 1];
          const prompt = encoded.tokens;
          const wanted = plainTokens({ ...settings, prompt, length: LENGTH, seed, rules }).join();
          const verifier = create();
          const output: Token[] = [];
          const options = { ...settings, verifier, plan, rules, seed, maxTokens: LENGTH };
          for await (const { tokens } of decode(options)) output.push(...tokens);
          assert(
            output.join() === wanted,
            `${verifier.name}, seed ${seed}: plain decoding gives ${wanted}, this gives ${output.join()}`,
          );
        }
      },
    })),
  );
}

/** The loop refuses verdicts that break the rules. */
const keepsRules = (create: () => Verifier): Check => ({
  name: "keeps the rules behind drafted tokens",
  async run() {
    const settings = { target: toyModel(), encoded: { tokens: [0, 1] }, rules: noRepeats(4) };
    const all = draftKinds(poor());
    for (const kind of kindsFor(create()))
      for (let seed = 0; seed < SEEDS; seed++) {
        const options = {
          ...settings,
          drafter: all[kind],
          plan: fixedLength(3, 2),
          verifier: create(),
          seed,
        };
        for await (const _ of decode({ ...options, maxTokens: LENGTH }));
      }
  },
});

/** Rules under which no token follows itself. */
export const noRepeats = (vocabularySize: number): Rules<unknown> => ({
  start: -1,
  advance: (_, token) => token,
  mask: (last) => Uint32Array.of(((1 << vocabularySize) - 1) & ~(last === -1 ? 0 : 1 << (last as number))),
  ended: () => false,
});

import { decode } from "../core/decode.js";
import { adaptive, fixedLength, plain } from "../core/plan.js";
import { depths } from "../core/tree.js";
import type { Drafter, Encoded, Plan, Rules, Token } from "../core/types.js";
import { identical } from "../verifiers/identical.js";
import { rejection } from "../verifiers/rejection.js";
import { assert, type Check } from "./check.js";
import { type Toy, toyModel } from "./toy.js";
import { assertExact, divergence } from "./verifier.js";

export interface DrafterCheckOptions {
  /** The prompt as the modality would hand it in; with a reference for drafters that follow one. */
  readonly encoded?: Encoded;
  readonly runs?: number;
}

const END = 11;
const sentence: Rules<unknown> = {
  start: 0,
  advance: (_, token) => token,
  mask: () => undefined,
  ended: (token) => token === END,
};

/**
 * What every drafter promises: under `identical` the output is plain decoding's, byte for byte, at temperatures 0, 0.7 and
 * 1; budgets are kept; what it says its guesses were drawn from is true (else rejection sampling would be biased); nothing
 * stays open behind it.
 *
 * @param create makes the drafter for a toy target; `small` imitates the target.
 */
export function drafterChecks(
  create: (target: Toy, small: Toy) => Drafter,
  options: DrafterCheckOptions = {},
): Check[] {
  const {
    encoded = { tokens: [1, 2], reference: [3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5, 8, 9, 7, 9] },
    runs = 10_000,
  } = options;
  const toys = (vocabularySize: number) =>
    [
      toyModel({ vocabularySize, sharpness: 2.5 }),
      toyModel({ vocabularySize, sharpness: 2.5, unlike: { seed: 5, share: 0.25 } }),
    ] as const;

  async function run(
    target: Toy,
    drafter: Drafter | undefined,
    temperature: number,
    seed: number,
    plan: Plan,
  ) {
    const output: Token[] = [];
    const settings = {
      target,
      encoded,
      verifier: identical(),
      rules: sentence,
      maxTokens: 60,
      clock: () => 0,
    };
    for await (const round of decode({ ...settings, drafter, plan, sampling: { temperature }, seed })) {
      assert(
        round.draft.tokens.length === 0 || depths(round.draft).every((depth) => depth < 60 - round.start - 1),
        "drafted past the end",
      );
      output.push(...round.tokens);
    }
    return output;
  }

  const equal = [0, 0.7, 1].map(
    (temperature): Check => ({
      name: `identical output at temperature ${temperature}`,
      async run() {
        const [target, small] = toys(12);
        for (let seed = 0; seed < 40; seed++) {
          const wanted = await run(target, undefined, temperature, seed, plain());
          for (const plan of [
            fixedLength(1),
            fixedLength(5, 2),
            adaptive({ cost: (rows) => 1 + 0.05 * rows }),
          ]) {
            const got = await run(target, create(target, small), temperature, seed, plan);
            assert(
              got.join() === wanted.join(),
              `seed ${seed}: plain ${wanted.join()}, drafted ${got.join()}`,
            );
          }
        }
        assert(
          target.openSessions === 0 && small.openSessions === 0,
          `${target.openSessions} + ${small.openSessions} sessions were left open`,
        );
      },
    }),
  );

  return [
    ...equal,
    {
      name: "keeps its budget",
      async run() {
        const [target, small] = toys(12);
        const plan: Plan = {
          budget: () => ({ nodes: 3, depth: 2 }),
          trim(draft) {
            assert(draft.tokens.length <= 3, `${draft.tokens.length} nodes where 3 were allowed`);
            assert(
              depths(draft).every((depth) => depth < 2),
              `depths ${depths(draft)} where 2 in a row were allowed`,
            );
            return draft;
          },
          observe: () => {},
        };
        await run(target, create(target, small), 1, 7, plan);
      },
    },
    {
      name: "says truly what its guesses were drawn from",
      async run() {
        const target = toyModel();
        const small = toyModel({ unlike: { seed: 9, share: 0.4 } });
        const drafter = create(target, small);
        // The tokens of the check's own vocabulary.
        const hints = options.encoded && fitting(options.encoded, target.vocabularySize);
        const settings = { target, plan: () => fixedLength(2), runs, hints };
        assertExact(await divergence(rejection(), drafter, settings), `${drafter.name} under rejection`);
      },
    },
    {
      name: "leaves nothing open when the consumer leaves early",
      async run() {
        const [target, small] = toys(12);
        const options = {
          target,
          encoded,
          verifier: identical(),
          drafter: create(target, small),
          plan: fixedLength(3),
          maxTokens: 60,
        };
        for await (const _ of decode(options)) break;
        assert(
          target.openSessions === 0 && small.openSessions === 0,
          `${target.openSessions} + ${small.openSessions} sessions were left open`,
        );
      },
    },
  ];
}

/** What a modality hands in, for a smaller vocabulary. */
function fitting({ reference, pieces, ...encoded }: Encoded, size: number): Encoded {
  const narrow = (tokens: readonly Token[]) => tokens.map((token) => token % size);
  return {
    ...encoded,
    reference: reference && narrow(reference),
    pieces: pieces?.map((piece) => ({ ...piece, tokens: narrow(piece.tokens) })),
  };
}

import type { Encoded, Modality, Round } from "../core/types.js";
import { assert, type Check } from "./check.js";

export interface ModalityCheckOptions<Prompt, Chunk> {
  readonly prompts: readonly Prompt[];
  /** Makes the rounds of a prompt: usually `decode` with the modality's own target. */
  rounds(encoded: Encoded): AsyncIterable<Round>;
  /** True when the chunks of two decodings are the same. */
  equal(a: readonly Chunk[], b: readonly Chunk[]): boolean;
}

/** What every modality promises: it encodes alike each time, its rules agree with its output, it streams and can be left. */
export function modalityChecks<Prompt, Chunk>(
  create: () => Promise<Modality<Prompt, Chunk>>,
  { prompts, rounds, equal }: ModalityCheckOptions<Prompt, Chunk>,
): Check[] {
  const collect = async <T>(source: AsyncIterable<T>) => {
    const all: T[] = [];
    for await (const item of source) all.push(item);
    return all;
  };
  async function* replay(recorded: readonly Round[]) {
    yield* recorded;
  }
  return [
    {
      name: "encodes a prompt alike each time, to at least one token",
      async run() {
        const modality = await create();
        for (const prompt of prompts) {
          const [a, b] = [await modality.encode(prompt), await modality.encode(prompt)];
          assert(a.tokens.length > 0, "a prompt became no tokens");
          assert(a.tokens.join() === b.tokens.join(), "one prompt became two token sequences");
        }
      },
    },
    {
      name: "output keeps the rules, and nothing follows the end",
      async run() {
        const modality = await create();
        for (const prompt of prompts) {
          const encoded = await modality.encode(prompt);
          const rules = modality.rules?.(encoded);
          if (!rules) continue;
          let state = rules.start;
          for await (const round of rounds(encoded)) {
            for (const token of round.tokens) {
              assert(!rules.ended(state), `token ${token} follows the end`);
              const mask = rules.mask(state);
              assert(
                !mask || ((mask[token >> 5] >>> (token & 31)) & 1) === 1,
                `token ${token} is masked out, yet there`,
              );
              state = rules.advance(state, token);
            }
          }
        }
      },
    },
    {
      name: "decodes the same rounds alike, however they are cut",
      async run() {
        const modality = await create();
        for (const prompt of prompts) {
          const encoded = await modality.encode(prompt);
          const recorded = await collect(rounds(encoded));
          const single = recorded.flatMap((round) =>
            round.tokens.map((token, i) => ({
              ...round,
              start: round.start + i,
              tokens: [token],
              finish: i === round.tokens.length - 1 ? round.finish : undefined,
            })),
          );
          const [a, b] = [
            await collect(modality.decode(replay(recorded), encoded)),
            await collect(modality.decode(replay(single), encoded)),
          ];
          assert(equal(a, b), "the chunks depend on how tokens were grouped into rounds");
        }
      },
    },
    {
      name: "may be left after the first chunk",
      async run() {
        const modality = await create();
        const encoded = await modality.encode(prompts[0]);
        for await (const _ of modality.decode(rounds(encoded), encoded)) break;
      },
    },
  ];
}

import type { Encoded, Modality, Round } from "../core/types.js";
import { assert, type Check } from "./check.js";

export interface ModalityCheckOptions<Prompt, Chunk, E extends Encoded = Encoded> {
  readonly prompts: readonly Prompt[];
  /** Makes the rounds of a prompt: usually `decode` with the modality's own target. */
  readonly rounds: (encoded: E) => AsyncIterable<Round>;
  /** True when the chunks of two decodings are the same. */
  readonly equal: (a: readonly Chunk[], b: readonly Chunk[]) => boolean;
}

/**
 * What every modality promises: it encodes alike each time, its rules agree with its output, it streams and can be left, and
 * ends the rounds it reads from when it is.
 */
export function modalityChecks<Prompt, Chunk, E extends Encoded = Encoded>(
  create: () => Promise<Modality<Prompt, Chunk, E>>,
  { prompts, rounds, equal }: ModalityCheckOptions<Prompt, Chunk, E>,
): Check[] {
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
        const source = tapped(rounds(encoded));
        for await (const _ of modality.decode(source.rounds, encoded)) break;
        const { read } = source;
        await pause();
        assert(
          source.open === 0,
          "the rounds were not ended when the chunks were left: return() of their iterator frees the model",
        );
        assert(source.read === read, "rounds were read on when the chunks had been left");
      },
    },
  ];
}

async function collect<T>(source: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of source) all.push(item);
  return all;
}

async function* replay(recorded: readonly Round[]) {
  yield* recorded;
}

/** Time enough for whatever still goes on to ask for a round. */
async function pause(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
}

/** Rounds, and what was done with them: iterators that neither ended nor were closed, and reads. */
function tapped(source: AsyncIterable<Round>) {
  const tap = {
    open: 0,
    read: 0,
    rounds: {
      [Symbol.asyncIterator](): AsyncIterator<Round> {
        const inner = source[Symbol.asyncIterator]();
        let running = true;
        tap.open++;
        const end = () => {
          if (running) tap.open--;
          running = false;
        };
        return {
          async next() {
            tap.read++;
            try {
              const result = await inner.next();
              if (result.done) end();
              return result;
            } catch (error) {
              end();
              throw error;
            }
          },
          async return(value) {
            end();
            return (await inner.return?.(value)) ?? { done: true, value };
          },
        };
      },
    },
  };
  return tap;
}

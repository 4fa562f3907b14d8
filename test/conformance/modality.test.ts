import { describe, expect, it } from "vitest";
import { modalityChecks, toyModel } from "../../src/conformance/index.js";
import { decode, type Encoded, type Modality, type Round } from "../../src/core/index.js";
import { lookup } from "../../src/drafters/index.js";
import { fixedLength } from "../../src/plans/index.js";
import { identical } from "../../src/verifiers/index.js";
import { conforms, faultsOf } from "./run.js";

interface Lettered extends Encoded {
  /** What the tokens are called. */
  readonly letters: string;
}

const target = toyModel({ vocabularySize: 8, sharpness: 2 });

const lettersOf = (
  decoding: Modality<string, string, Lettered>["decode"],
): Modality<string, string, Lettered> => ({
  name: "letters",
  encode: async (prompt) => ({
    tokens: [...prompt].map((letter) => letter.charCodeAt(0) % 8),
    letters: "abcdefgh",
  }),
  decode: decoding,
});

const spell = (round: Round, { letters }: Lettered) => round.tokens.map((token) => letters[token]);

const letters = lettersOf(async function* (rounds, encoded) {
  for await (const round of rounds) yield* spell(round, encoded);
});

const options = {
  prompts: ["foretoken", "b"],
  rounds: (encoded: Lettered) =>
    decode({
      target,
      encoded,
      verifier: identical(),
      drafter: lookup(),
      plan: fixedLength(3),
      maxTokens: 40,
    }),
  equal: (a: readonly string[], b: readonly string[]) => a.join("") === b.join(""),
};

conforms(
  "a modality with an encoding of its own",
  modalityChecks(async () => letters, options),
);

describe("modalityChecks", () => {
  const told = async (modality: Modality<string, string, Lettered>) =>
    (await faultsOf(modalityChecks(async () => modality, options))).join("\n");

  it("sees rounds that are not ended when the chunks are left", async () => {
    const leaking = lettersOf((rounds, encoded) => {
      const source = rounds[Symbol.asyncIterator]();
      return (async function* () {
        for (let next = await source.next(); !next.done; next = await source.next())
          yield* spell(next.value, encoded);
      })();
    });
    expect(await told(leaking)).toMatch(
      /^may be left after the first chunk: the rounds were not ended[^\n]*$/,
    );
    /** An iterator without a return(). */
    const endless = lettersOf((rounds, encoded) => {
      const source = rounds[Symbol.asyncIterator]();
      const next = async (): Promise<IteratorResult<string>> => {
        const { done, value } = await source.next();
        return done ? { done, value: undefined } : { done: false, value: spell(value, encoded).join("") };
      };
      return { [Symbol.asyncIterator]: () => ({ next }) };
    });
    expect(await told(endless)).toMatch(/were not ended/);
  });

  it("sees rounds that are read on behind the consumer's back", async () => {
    const hasty = lettersOf(async function* (rounds, encoded) {
      const read: string[] = [];
      let wake = () => {};
      let done = false;
      const reading = (async () => {
        for await (const round of rounds) {
          read.push(...spell(round, encoded));
          wake();
          await new Promise((resolve) => setImmediate(resolve));
        }
        done = true;
        wake();
      })();
      for (let at = 0; ; at++) {
        while (at >= read.length && !done)
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
        if (at >= read.length) break;
        yield read[at];
      }
      await reading;
    });
    expect(await told(hasty)).toMatch(/may be left after the first chunk: .*rounds were/);
  });

  it("has nothing against one that reads all rounds first", async () => {
    const patient = lettersOf(async function* (rounds, encoded) {
      const all: string[] = [];
      for await (const round of rounds) all.push(...spell(round, encoded));
      yield* all;
    });
    expect(await told(patient)).toBe("");
  });

  it("sees chunks that depend on how tokens came", async () => {
    const lumps = lettersOf(async function* (rounds, encoded) {
      for await (const round of rounds) yield `${spell(round, encoded).join("")}.`;
    });
    expect(await told(lumps)).toMatch(/the chunks depend on how tokens were grouped/);
  });
});

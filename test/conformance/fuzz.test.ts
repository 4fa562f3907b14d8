import { expect, it } from "vitest";
import { type DecodeOptions, decode } from "../../src/core/index.js";
import { fuzzCase } from "./fuzz-case.js";

const RUNS = 2_000;
/** `FUZZ_CASE=123 npx vitest run test/conformance/fuzz.test.ts` runs one case, and says what it is. */
const ONLY = process.env.FUZZ_CASE;

/** A run as text, errors included, and how many guesses stood. */
async function outcome(options: DecodeOptions): Promise<{ text: string; stood: number }> {
  const tokens: number[] = [];
  let stood = 0;
  let finish: string | undefined;
  try {
    for await (const round of decode(options)) {
      tokens.push(...round.tokens);
      stood += round.verdict.path.length;
      finish = round.finish;
    }
    return { text: `${tokens} ${finish}`, stood };
  } catch (error) {
    return { text: `${tokens} ${(error as Error).message}`, stood };
  }
}

it(`identical differs from plain decoding in 0 of ${RUNS} random runs`, { timeout: 120_000 }, async () => {
  const numbers = ONLY === undefined ? Array.from({ length: RUNS }, (_, number) => number) : [Number(ONLY)];
  const differences: string[] = [];
  let [stood, drafted, failed] = [0, 0, 0];
  for (const number of numbers) {
    const { options, says, toy, small } = fuzzCase(number);
    const { drafter: _, plan: __, ...plain } = options;
    const wanted = await outcome(plain);
    const got = await outcome(options);
    if (ONLY !== undefined) console.log(says);
    if (wanted.text !== got.text || toy.openSessions !== 0 || small.openSessions !== 0)
      differences.push(
        `FUZZ_CASE=${number}: plain ${wanted.text}; drafted ${got.text}; sessions open ${toy.openSessions}, ${small.openSessions}; ${says}`,
      );
    stood += got.stood;
    if (got.stood > 0) drafted++;
    if (!/ (end|length)$/.test(wanted.text)) failed++;
  }
  expect(differences).toEqual([]);
  if (ONLY !== undefined) return;
  // The cases are worth something: most runs draft, and next to none is impossible from the start.
  expect(drafted).toBeGreaterThan(RUNS / 2);
  expect(stood).toBeGreaterThan(4 * RUNS);
  expect(failed).toBeLessThan(RUNS / 50);
});

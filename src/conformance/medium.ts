import { assert, type Check } from "./check.js";

export interface MakeSettings {
  /** By name; "none" is plain decoding. */
  readonly drafter: string;
  readonly temperature: number;
  readonly seed: number;
  readonly signal?: AbortSignal;
}

/** A model of a medium, as far as its suite needs it. */
export interface MediumUnderTest {
  readonly drafters: readonly string[];
  /** Makes something of a prompt, the same one each time: its tokens, and how many of them a pass brought. */
  make(
    settings: MakeSettings,
  ): Promise<{ readonly tokens: readonly unknown[]; readonly tokensPerPass: number }>;
  /** The least tokens a pass that a drafter must bring, by name. */
  readonly least?: Readonly<Record<string, number>>;
  /** What was made, and the same once it was written to a file's text and read again. */
  roundTrip?(): Promise<readonly [made: unknown, read: unknown]>;
}

const SEED = 3;

/**
 * What a model of any medium promises: with every drafter the tokens of plain decoding at any temperature, other tokens with
 * another seed, an end at once when it is aborted that leaves it able to go on, and tokens that survive their file.
 *
 * @example
 * for (const { name, run } of mediumChecks({ drafters: ["lookup"], make })) it(name, run);
 */
export function mediumChecks({ drafters, make, least = {}, roundTrip }: MediumUnderTest): Check[] {
  const at = (temperature: number): Check => ({
    name: `the same tokens with every drafter at temperature ${temperature}`,
    async run() {
      const plain = await make({ drafter: "none", temperature, seed: SEED });
      assert(plain.tokensPerPass === 1, `plain decoding gives ${plain.tokensPerPass} tokens a pass`);
      assert(plain.tokens.length > 0, "plain decoding gives no tokens");
      const wanted = JSON.stringify(plain.tokens);
      for (const drafter of drafters) {
        const { tokens, tokensPerPass } = await make({ drafter, temperature, seed: SEED });
        assert(JSON.stringify(tokens) === wanted, `${drafter} gives other tokens than plain decoding`);
        const most = least[drafter] ?? 1;
        assert(tokensPerPass >= most, `${drafter} gives ${tokensPerPass} tokens a pass, not ${most} or more`);
      }
    },
  });
  const checks: Check[] = [
    ...[0, 0.7, 1].map(at),
    {
      name: "other tokens with another seed",
      async run() {
        const made = [SEED, SEED + 1].map((seed) => make({ drafter: "none", temperature: 1, seed }));
        const [one, other] = (await Promise.all(made)).map(({ tokens }) => JSON.stringify(tokens));
        assert(one !== other, "two seeds give the same tokens at temperature 1");
      },
    },
    {
      name: "an abort ends it with the signal's reason, and it can go on",
      async run() {
        const settings = { drafter: drafters[0], temperature: 1, seed: SEED };
        const wanted = JSON.stringify((await make(settings)).tokens);
        const stop = new AbortController();
        const reason = new Error("enough");
        const stopped = make({ ...settings, signal: stop.signal });
        setTimeout(() => stop.abort(reason), 1);
        const failed = await stopped.then(
          () => undefined,
          (error: unknown) => error,
        );
        assert(failed === reason, `an aborted run ends with ${failed}, not with the signal's reason`);
        const again = JSON.stringify((await make(settings)).tokens);
        assert(again === wanted, "a run behind an aborted one gives other tokens");
      },
    },
  ];
  if (roundTrip)
    checks.push({
      name: "tokens survive their file",
      async run() {
        const [made, read] = (await roundTrip()).map((tokens) => JSON.stringify(tokens));
        assert(made === read, "tokens that were read are not those that were written");
      },
    });
  return checks;
}

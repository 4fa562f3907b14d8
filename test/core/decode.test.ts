import { describe, expect, it } from "vitest";
import { toyModel } from "../../src/conformance/index.js";
import { chain, createMeter, type Drafter, decode, type Rules, type Token } from "../../src/core/index.js";
import { fixedLength } from "../../src/plans/index.js";
import { functionModel } from "../../src/targets/index.js";
import { identical } from "../../src/verifiers/index.js";

const target = toyModel({ vocabularySize: 12, sharpness: 2 });
const encoded = { tokens: [1, 2] };

async function plainOutput(options: { rules?: Rules<unknown>; maxTokens?: number; seed?: number }) {
  const output: Token[] = [];
  for await (const round of decode({ target, encoded, verifier: identical(), maxTokens: 40, ...options }))
    output.push(...round.tokens);
  return output;
}

/** Knows the output in advance and adds rubbish behind it. */
const oracle = (output: readonly Token[]): Drafter => ({
  name: "oracle",
  start: async () => ({
    propose: ({ output: done, budget }) => {
      const rest = [...output.slice(done.length), ...new Array<Token>(budget.depth).fill(0)];
      return chain(rest.slice(0, budget.depth));
    },
  }),
});

const endsAt = (end: Token): Rules<unknown> => ({
  start: -1,
  advance: (_, token) => token,
  mask: () => undefined,
  ended: (last) => last === end,
});

describe("decode", () => {
  it("ends inside an accepted block: nothing leaks past the end, counts match", async () => {
    const free = await plainOutput({ seed: 5 });
    const end = free[10];
    const rules = endsAt(end);
    const wanted = free.slice(0, free.indexOf(end) + 1);
    const meter = createMeter();
    const output: Token[] = [];
    let finish: string | undefined;
    const options = {
      target,
      encoded,
      verifier: identical(),
      drafter: oracle(free),
      plan: fixedLength(6),
      rules,
      seed: 5,
    };
    for await (const round of decode({ ...options, maxTokens: 40 })) {
      meter.observe(round);
      output.push(...round.tokens);
      finish = round.finish;
    }
    expect(output).toEqual(wanted);
    expect(finish).toBe("end");
    expect(meter.read().tokens).toBe(wanted.length);
    expect(meter.read().passes).toBeLessThan(wanted.length);
  });

  it("keeps maxTokens exactly, however long the drafts", async () => {
    const free = await plainOutput({});
    for (const maxTokens of [1, 2, 7, 8, 9]) {
      const output: Token[] = [];
      const options = { target, encoded, verifier: identical(), drafter: oracle(free), plan: fixedLength(6) };
      for await (const round of decode({ ...options, maxTokens })) output.push(...round.tokens);
      expect(output).toEqual(free.slice(0, maxTokens));
    }
  });

  it("gives the model's raw logits of each node, of those that fell too, and reads none that nobody asks for", async () => {
    let rows = 0;
    const counting = functionModel(
      (tokens) => {
        rows++;
        return target.logits(tokens);
      },
      { vocabularySize: 12 },
    );
    const options = { target: counting, encoded, verifier: identical(), plan: fixedLength(3), maxTokens: 20 };
    const drafter: Drafter = { name: "mine", start: async () => ({ propose: () => chain([11, 11, 11]) }) };
    const output: Token[] = [];
    // Penalties and a temperature change distributions, and not these.
    const sampling = { temperature: 0.3, repetitionPenalty: 2 };
    for await (const { logits, draft, verdict, tokens } of decode({ ...options, drafter, sampling })) {
      expect(rows).toBeLessThanOrEqual(verdict.path.length + 1);
      const before = [...encoded.tokens, ...output];
      for (let node = -1; node < draft.tokens.length; node++)
        expect(logits(node)).toEqual(target.logits([...before, ...draft.tokens.slice(0, node + 1)]));
      expect(logits(-1)).toBe(logits(-1));
      expect(() => logits(draft.tokens.length)).toThrow(/no node/);
      output.push(...tokens);
      rows = 0;
    }
  });

  it("stops at the context's end", async () => {
    const small = toyModel({ vocabularySize: 12, contextLength: 10 });
    const output: Token[] = [];
    for await (const round of decode({ target: small, encoded, verifier: identical() }))
      output.push(...round.tokens);
    expect(output).toHaveLength(8);
  });

  it("refuses an empty and a too long prompt, and names a drafter's broken draft", async () => {
    const run = async (options: Partial<Parameters<typeof decode>[0]>) => {
      for await (const _ of decode({
        target,
        encoded,
        verifier: identical(),
        plan: fixedLength(2),
        maxTokens: 5,
        ...options,
      }));
    };
    await expect(run({ encoded: { tokens: [] } })).rejects.toThrow(/prompt is empty/);
    await expect(run({ encoded: { tokens: new Array(300).fill(1) } })).rejects.toThrow(/300 tokens.*256/);
    const broken = (tokens: number[], parents: number[]): Drafter => ({
      name: "odd",
      start: async () => ({ propose: () => ({ tokens, parents }) }),
    });
    await expect(run({ drafter: broken([1, 2], [-1, 1]) })).rejects.toThrow(/"odd".*node 1 has parent 1/);
    await expect(run({ drafter: broken([99], [-1]) })).rejects.toThrow(/token 99/);
  });

  it("stops when aborted, and frees the session", async () => {
    const abort = new AbortController();
    const seen: number[] = [];
    const run = async () => {
      for await (const round of decode({
        target,
        encoded,
        verifier: identical(),
        maxTokens: 40,
        signal: abort.signal,
      })) {
        seen.push(round.start);
        if (seen.length === 3) abort.abort(new Error("enough"));
      }
    };
    await expect(run()).rejects.toThrow("enough");
    expect(seen).toHaveLength(3);
    expect(target.openSessions).toBe(0);
  });

  it("frees the session when a drafter cannot start", async () => {
    const broken: Drafter = { name: "broken", start: () => Promise.reject(new Error("no weights")) };
    const run = async () => {
      for await (const _ of decode({ target, encoded, verifier: identical(), drafter: broken }));
    };
    await expect(run()).rejects.toThrow("no weights");
    expect(target.openSessions).toBe(0);
  });
});

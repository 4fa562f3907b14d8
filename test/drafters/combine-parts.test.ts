import { describe, expect, it } from "vitest";
import { toyModel } from "../../src/conformance/toy.js";
import { chain, type Draft, type Drafter, decode, EMPTY } from "../../src/core/index.js";
import { branches, firstNonEmpty, given, jacobi, longest, model } from "../../src/drafters/index.js";
import { fixedLength } from "../../src/plans/index.js";
import { identical } from "../../src/verifiers/index.js";
import { flat } from "./setup.js";

/** Parts whose members stand on a prototype. */
class Mine {
  observed = 0;
  closed = 0;
  propose(): Draft {
    return chain([1]);
  }
  observe() {
    this.observed++;
  }
  close() {
    this.closed++;
  }
}
class Maker {
  readonly made: Mine[] = [];
  get name() {
    return "maker";
  }
  get taps() {
    return ["tap"];
  }
  async start() {
    const drafting = new Mine();
    this.made.push(drafting);
    return drafting;
  }
}

const wrappers: Record<string, (part: Drafter) => Drafter> = {
  given,
  firstNonEmpty: (part) => firstNonEmpty(part),
  longest: (part) => longest(part),
  branches: (part) => branches(part),
  jacobi: (filler) => jacobi({ filler }),
};

describe("parts that are classes", () => {
  for (const [name, wrap] of Object.entries(wrappers)) {
    it(`observe and close behind ${name}`, async () => {
      const maker = new Maker();
      const drafter = wrap(maker);
      expect(drafter.name).toContain(name === "given" ? "maker" : name);
      expect(drafter.taps).toEqual(["tap"]);
      let rounds = 0;
      const options = { target: flat(4), encoded: { tokens: [1] }, verifier: identical(), drafter };
      for await (const _ of decode({ ...options, plan: fixedLength(2), maxTokens: 6 })) rounds++;
      expect(maker.made.map(({ observed, closed }) => [observed, closed])).toEqual([[rounds, 1]]);
    });
  }
});

describe("what is open is closed", () => {
  const run = async (make: (part: Drafter) => Drafter) => {
    const [target, small] = [toyModel(), toyModel()];
    const options = { target, encoded: { tokens: [0, 1] }, verifier: identical(), plan: fixedLength(2) };
    const drafter = make(model(small));
    const said = await (async () => {
      for await (const _ of decode({ ...options, drafter, maxTokens: 5 }));
    })().catch((error: Error) => error.message);
    return [said, target.openSessions, small.openSessions];
  };
  const broken: Drafter = { name: "broken", start: () => Promise.reject(new Error("no weights")) };
  const stuck: Drafter = {
    name: "stuck",
    start: async () => ({
      propose: () => EMPTY,
      close() {
        throw new Error("close failed");
      },
    }),
  };

  for (const [name, combine] of Object.entries({ firstNonEmpty, longest, branches })) {
    it(`when another part of ${name} cannot start`, async () => {
      expect(await run((part) => combine(part, broken))).toEqual(["no weights", 0, 0]);
      expect(await run((part) => combine(broken, part))).toEqual(["no weights", 0, 0]);
      expect(await run((part) => combine(stuck, part, broken))).toEqual(["no weights", 0, 0]);
    });

    it(`when another part of ${name} cannot close`, async () => {
      expect(await run((part) => combine(stuck, part))).toEqual(["close failed", 0, 0]);
    });
  }
});

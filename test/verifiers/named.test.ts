import { describe, expect, it } from "vitest";
import { LOSSLESS, namedVerifier, RELAXED, type RelaxedName, tolerance } from "../../src/verifiers/index.js";

describe("verifiers by name", () => {
  it("have their names, and a bound only where they are relaxed", () => {
    for (const name of Object.keys(LOSSLESS))
      expect(namedVerifier(name)).toMatchObject({ name, guarantee: expect.any(String) });
    for (const name of Object.keys(RELAXED) as RelaxedName[]) {
      expect(namedVerifier(name)).toMatchObject({ name, guarantee: { bound: expect.any(String) } });
      expect(namedVerifier(name, 0)).toMatchObject({ name, guarantee: tolerance({ beta: 0 }).guarantee });
    }
  });

  it("are set by relax, each in its own measure", () => {
    const bound = (name: RelaxedName, relax: number) => {
      const { guarantee } = namedVerifier(name, relax);
      return typeof guarantee === "string" ? guarantee : guarantee.bound;
    };
    expect(bound("tolerance", 0.25)).toContain("at most 0.25 a position");
    expect(bound("typical", 0.75)).toContain("min(0.25, 0.500 exp(-entropy))");
    expect(bound("lenient", 0.75)).toContain("more than 4.00 times");
    expect(bound("topk", 7)).toContain("7 likeliest");
    expect(bound("rollback", Math.log(4))).toContain("at least 0.250 of");
  });

  it("are refused where there is no such name, or no such setting", () => {
    expect(() => namedVerifier("typicl")).toThrow(/there is no verifier "typicl": did you mean typical\?/);
    expect(() => namedVerifier("block", 1)).toThrow(/"block" is lossless and takes no relax: .*rollback/);
    expect(() => namedVerifier("topk", 0.5)).toThrow(/relax is 0.5: .*"topk" give a whole number/);
    expect(() => namedVerifier("lenient", 1)).toThrow(/give a number from 0 to 0.99/);
    expect(() => namedVerifier("typical", Number.NaN)).toThrow(/relax is NaN/);
  });
});

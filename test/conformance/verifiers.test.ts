import { describe, expect, it } from "vitest";
import { divergence, draftKinds, toyModel, verifierChecks } from "../../src/conformance/index.js";
import { children, residual, sample, type Verifier, type VerifyContext } from "../../src/core/index.js";
import { block, identical, rejection } from "../../src/verifiers/index.js";
import { conforms, faultsOf } from "./run.js";

conforms("identical", verifierChecks(identical));
conforms("rejection", verifierChecks(rejection));
conforms("block", verifierChecks(block));

const { verify } = rejection();
const withDrawnFrom = (context: VerifyContext, of: (node: number) => number): VerifyContext => {
  const { draft } = context;
  const drawnFrom = draft.drawnFrom && draft.tokens.map((_, node) => draft.drawnFrom?.[of(node)]);
  return { ...context, draft: { ...draft, drawnFrom } };
};

/** Verifiers with the field's known mistakes: the suite must see every one of them, by the checks of a kind of drafts. */
const wrong: Record<string, { verify: Verifier["verify"]; kind: string }> = {
  "accepts everything": {
    kind: "drawn chain",
    verify({ draft, target, chance }) {
      const path: number[] = [];
      for (let [node] = children(draft, -1); node !== undefined; [node] = children(draft, node))
        path.push(node);
      return { path, next: sample(target(path.at(-1) ?? -1), chance()) };
    },
  },
  "draws from p instead of the residual": {
    kind: "certain siblings",
    verify(context) {
      const { path } = verify(context);
      return { path, next: sample(context.target(path.at(-1) ?? -1), context.chance()) };
    },
  },
  "forgets that siblings were drawn without replacement": {
    kind: "siblings drawn without replacement",
    verify(context) {
      const { parents } = context.draft;
      return verify(withDrawnFrom(context, (node) => parents.indexOf(parents[node])));
    },
  },
  "uses the residual where everything stood": {
    kind: "drawn chain",
    verify(context) {
      const verdict = verify(context);
      const last = verdict.path.at(-1);
      const q = last === undefined ? undefined : context.draft.drawnFrom?.[last];
      const rest = q && residual(context.target(last ?? -1), q);
      return rest ? { ...verdict, next: sample(rest, context.chance()) } : verdict;
    },
  },
  "judges every guess by its parent's distribution": {
    kind: "siblings drawn apart",
    verify: (context) =>
      verify({
        ...context,
        target: (node) => context.target(node < 0 ? -1 : context.draft.parents[node]),
      }),
  },
  "has one number for all that it decides": {
    kind: "certain chain",
    verify(context) {
      const number = context.chance();
      return verify({ ...context, chance: () => number });
    },
  },
};

describe("a wrong verifier is caught", () => {
  for (const [fault, { verify, kind }] of Object.entries(wrong)) {
    it(`that ${fault}`, async () => {
      const checks = verifierChecks(() => ({ ...rejection(), verify }));
      const faults = await faultsOf(checks.filter(({ name }) => name.startsWith(kind)));
      expect(faults.join()).toContain("is not lossless");
    });
  }

  it("that is lossless and calls itself identical", async () => {
    const checks = verifierChecks(() => ({ ...rejection(), guarantee: "identical" }));
    expect(checks.length).toBe(15);
    // At temperature 0 there is one output, with drafts and without.
    const drawing = checks.filter(({ name }) => !name.includes("temperature 0:"));
    const faults = await faultsOf(drawing);
    expect(faults).toHaveLength(drawing.length);
    expect(faults[0]).toMatch(/rejection, seed \d+: plain decoding gives [\d,]+, this gives/);
  });

  it("that is identical for chains and not for trees", async () => {
    const verifier: Verifier = {
      ...identical(),
      verify: (context) =>
        context.draft.parents.every((parent, node) => parent === node - 1)
          ? identical().verify(context)
          : rejection().verify(context),
    };
    const faults = (await faultsOf(verifierChecks(() => verifier))).join();
    expect(faults).toContain("siblings");
    expect(faults).not.toContain("chain,");
  });
});

it("block verification accepts no less than rejection", async () => {
  const kind = draftKinds(toyModel({ unlike: { seed: 9, share: 0.4 } }))["drawn chain"];
  const settings = { runs: 6_000 };
  const [one, other] = [
    await divergence(block(), kind, settings),
    await divergence(rejection(), kind, settings),
  ];
  expect(one.tokensPerPass).toBeGreaterThan(other.tokensPerPass);
});

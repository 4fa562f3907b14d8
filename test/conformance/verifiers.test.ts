import { describe, expect, it } from "vitest";
import { divergence, draftKinds, toyModel, verifierChecks } from "../../src/conformance/index.js";
import type { Verifier } from "../../src/core/index.js";
import { residual, sample } from "../../src/core/index.js";
import { block, identical, rejection } from "../../src/verifiers/index.js";
import { conforms } from "./run.js";

conforms("identical", verifierChecks(identical));
conforms("rejection", verifierChecks(rejection));
conforms("block", verifierChecks(block));

const kinds = draftKinds(toyModel({ unlike: { seed: 9, share: 0.4 } }));
/** A poor imitation, which makes mistakes weigh more. */
const poorKinds = draftKinds(toyModel({ sharpness: 3, unlike: { seed: 9, share: 0.8 } }));

/** Verifiers with the field's known mistakes: the suite must see every one of them. */
const wrong: Record<string, { verifier: Verifier; drafter: string }> = {
  "accepts everything": {
    drafter: "drawn chain",
    verifier: {
      ...rejection(),
      verify: ({ draft, target, chance }) => ({
        path: draft.tokens.map((_, node) => node),
        next: sample(target(draft.tokens.length - 1), chance()),
      }),
    },
  },
  "draws from p instead of the residual": {
    drafter: "drawn chain",
    verifier: {
      ...rejection(),
      verify(context) {
        const { path } = rejection().verify(context);
        return { path, next: sample(context.target(path.at(-1) ?? -1), context.chance()) };
      },
    },
  },
  "forgets that siblings were drawn without replacement": {
    drafter: "siblings drawn without replacement",
    verifier: {
      ...rejection(),
      verify: (context) =>
        rejection().verify({
          ...context,
          draft: {
            ...context.draft,
            drawnFrom: context.draft.drawnFrom?.map(() => context.draft.drawnFrom?.[0]),
          },
        }),
    },
  },
  "uses the residual where everything stood": {
    drafter: "drawn chain",
    verifier: {
      ...rejection(),
      verify(context) {
        const verdict = rejection().verify(context);
        const last = verdict.path.at(-1);
        const q = last === undefined ? undefined : context.draft.drawnFrom?.[last];
        const rest = q && residual(context.target(last ?? -1), q);
        return rest ? { ...verdict, next: sample(rest, context.chance()) } : verdict;
      },
    },
  },
};

describe("a wrong verifier is caught", () => {
  for (const [fault, { verifier, drafter }] of Object.entries(wrong)) {
    it(`that ${fault}`, async () => {
      const { distance, floor } = await divergence(verifier, poorKinds[drafter]);
      expect(distance).toBeGreaterThan(floor);
    });
  }
});

it("block verification accepts no less than rejection", async () => {
  const runs = 20_000;
  const [one, other] = [
    await divergence(block(), kinds["drawn chain"], { runs }),
    await divergence(rejection(), kinds["drawn chain"], { runs }),
  ];
  expect(one.tokensPerPass).toBeGreaterThan(other.tokensPerPass);
});

import { describe, it } from "vitest";
import type { Check } from "../../src/conformance/index.js";

/** Runs the checks of a part under vitest. */
export function conforms(name: string, checks: readonly Check[]) {
  describe(name, () => {
    for (const check of checks) it(check.name, check.run, 60_000);
  });
}

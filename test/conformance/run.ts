import { describe, it } from "vitest";
import type { Check } from "../../src/conformance/index.js";

/** Runs the checks of a part under vitest. */
export function conforms(name: string, checks: readonly Check[]) {
  describe(name, () => {
    for (const check of checks) it(check.name, check.run, 60_000);
  });
}

/** What a suite says of a part: the names and messages of the checks that it fails. */
export async function faultsOf(checks: readonly Check[]): Promise<string[]> {
  const faults: string[] = [];
  for (const { name, run } of checks) {
    try {
      await run();
    } catch (error) {
      faults.push(`${name}: ${(error as Error).message}`);
    }
  }
  return faults;
}

import { describe, expect, it } from "vitest";
import { lookup } from "../../src/drafters/index.js";
import { plansBy, speculation } from "../../src/medium/speculation.js";
import { plain } from "../../src/plans/fixed.js";

describe("plans by drafter", () => {
  it("are one for a name, and one for each drafter of one's own, whatever its name", async () => {
    const made: (string | undefined)[] = [];
    const planOf = plansBy(async (name) => {
      made.push(name);
      return plain();
    });
    const [one, other] = [lookup(), lookup()];
    const plans: unknown[] = [];
    for (const drafter of ["lookup", "lookup", "my copy", one, one, other]) plans.push(await planOf(drafter));
    expect(plans.map((plan) => plans.indexOf(plan))).toEqual([0, 0, 2, 3, 3, 5]);
    expect(made).toEqual(["lookup", "my copy", undefined, undefined]);
  });

  it("are tried again when they could not be made", async () => {
    let tries = 0;
    const planOf = plansBy(async () => {
      if (++tries <= 2) throw new Error(`try ${tries}`);
      return plain();
    });
    const own = lookup();
    await expect(Promise.all([planOf("a"), planOf("a")])).rejects.toThrow("try 1");
    await expect(planOf(own)).rejects.toThrow("try 2");
    await planOf("a");
    await planOf(own);
    expect(tries).toBe(4);
  });

  it("are asked for what was wished for", async () => {
    const asked: unknown[] = [];
    const model = {
      defaultDrafter: "usual",
      drafter: async (name: string) => ({ ...lookup(), name }),
      plan: async (drafter: unknown) => {
        asked.push(drafter);
        return plain();
      },
    };
    const own = { ...lookup(), name: "my own copy" };
    await speculation(model, {}, 8);
    await speculation(model, { drafter: "other" }, 8);
    expect((await speculation(model, { drafter: own }, 8)).drafter).toBe(own);
    for (const options of [{ drafter: "none" }, { draftLength: 0 }, { draftLength: 3 }])
      await speculation(model, options, 8);
    expect(asked).toEqual(["usual", "other", own]);
  });
});

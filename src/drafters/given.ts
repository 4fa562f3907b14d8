import { chain } from "../core/tree.js";
import type { Drafter, Token } from "../core/types.js";

/** Proposes the tokens that the rules force, and asks the drafter for the others. */
export const given = (drafter: Drafter): Drafter => ({
  ...drafter,
  async start(setup) {
    const drafting = await drafter.start(setup);
    const { given: forced = [] } = setup.encoded;
    return {
      ...drafting,
      propose(context) {
        const { output, budget } = context;
        const run: Token[] = [];
        for (let token = forced[output.length]; token !== undefined && run.length < budget.depth; ) {
          run.push(token);
          token = forced[output.length + run.length];
        }
        return run.length ? chain(run) : drafting.propose(context);
      },
    };
  },
});

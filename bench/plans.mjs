// A plan against fixed draft lengths, in the same run: at rest, and with a curve that was measured on a busy machine.
import { Worker } from "node:worker_threads";
import { adaptive, fixedLength } from "../dist/plans/index.js";
import { measureCost, passCost } from "../dist/runtime/index.js";
import { percent, times } from "./report.mjs";

/** A drafter at each length, to run beside its plan. `setUp` makes what each begins with: what one learns no other knows. */
export const fixedContenders = (name, setUp, lengths) =>
  Promise.all(
    lengths.map(async (length) => ({
      name: `${name} ${length}`,
      length,
      setup: { ...(await setUp(name)), plan: fixedLength(length) },
    })),
  );

/** Threads that keep all processors busy while a curve is measured. */
const BUSY = 2;

/** A drafter whose plan starts with what passes take on a busy machine; later on it is at rest, like the others. */
export async function loadedContender(name, setUp, target, { maxDepth, earnings, ...measuring }) {
  const spin = "const end = Date.now() + 120000; while (Date.now() < end);";
  const busy = Array.from({ length: BUSY }, () => new Worker(spin, { eval: true }));
  const curve = await measureCost(target, measuring);
  await Promise.all(busy.map((worker) => worker.terminate()));
  const plan = adaptive({ cost: passCost(curve), maxDepth, earnings });
  return { name: `${name}, curve measured under load`, setup: { ...(await setUp(name)), plan } };
}

/** How near the plan comes to the best of the fixed lengths. */
export function planLine(planned, fixed, loaded) {
  const best = fixed.reduce((most, row) => (row.speedup > most.speedup ? row : most));
  const share = ({ speedup }) => `${times(speedup)} (${percent(speedup / best.speedup, 0)})`;
  return `The best fixed length for ${planned.name}, ${best.length}, brings ${times(best.speedup)}; its plan, which is not told, ${share(planned)}, and ${share(loaded)} where its curve was measured on a busy machine.`;
}

import { readFileSync } from "node:fs";
import { availableParallelism, cpus, totalmem } from "node:os";
import { measureCost } from "../dist/runtime/index.js";

/** The machine in a line: processor, cores, the instructions that decide 8-bit speed, Node. */
export function machine() {
  let flags = "";
  try {
    const known = new Set(
      readFileSync("/proc/cpuinfo", "utf8")
        .match(/^flags.*$/m)?.[0]
        .split(" ") ?? [],
    );
    flags = ["avx2", "avx512_vnni", "avx_vnni", "amx_int8"].filter((flag) => known.has(flag)).join(" ");
  } catch {
    // No /proc here: the model name has to do.
  }
  const memory = Math.round(totalmem() / 2 ** 30);
  return `${cpus()[0]?.model.trim()}, ${availableParallelism()} cores${flags && ` (${flags})`}, ${memory} GiB, Node ${process.version}`;
}

/** What passes of a target take by rows, as `measureCost`; where that is only likely it is said. */
export const passTimes = (target, options) =>
  measureCost(target, {
    ...options,
    onBusy: () => console.error("warning: the machine is busy: what passes take is only likely"),
  });

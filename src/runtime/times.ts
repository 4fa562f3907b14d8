import { createHash } from "node:crypto";
import { availableParallelism, cpus } from "node:os";
import { z } from "zod";
import { once } from "../core/once.js";
import { createPassTimes, type PassTimes } from "../core/pass-times.js";
import type { Model } from "../core/types.js";
import { atExit } from "./at-exit.js";
import { type MeasureOptions, measureCost, PAST, passCost } from "./cost.js";
import { readCache, writeCache } from "./files.js";

const point = z.tuple([z.number().positive(), z.number().positive()]).readonly();

const storedSchema = z.object({
  curve: z.array(point).min(1).readonly(),
  /** When it was measured, in milliseconds since 1970. */
  measured: z.number(),
});

/** A curve is measured anew after so many milliseconds: machines change. */
const OLD = 30 * 24 * 3600 * 1000;
/** A curve is stored again after so many passes if one of its points is off by this share. */
const PASSES = 32;
const OFF = 0.03;

type Stored = z.infer<typeof storedSchema>;

export interface StoredTimes {
  readonly times: PassTimes;
  /** Puts back what was learned, if passes take another time than the stored curve says. */
  save(): void;
}

/**
 * What passes of a model take on this machine: the curve of the user's cache to start with (measured first, if there is none
 * or an old one), and corrected by every pass. Passes of one use, by its name, are not like those of another: a drafter works
 * beside them, and leaves the processor's caches to them as it likes. So each use has times of its own, corrected by its own
 * passes, and a file for them; without a name they are not kept.
 */
export function timesByUse(
  model: Model,
  key: string,
  options: MeasureOptions = {},
): (use?: string) => Promise<StoredTimes> {
  const { past = PAST, sequences = 1 } = options;
  const machine = `${cpus()[0]?.model ?? "unknown"} x${availableParallelism()}`;
  const fileOf = (use: string) => {
    const hash = createHash("sha256").update(`${key} ${sequences} ${machine} ${process.version} ${use}`);
    return `times-${hash.digest("hex").slice(0, 16)}.json`;
  };
  const measured = once(async () => {
    const file = fileOf("");
    const known = readCurve(file);
    if (known) return known;
    let isBusy = false;
    const onBusy = () => {
      isBusy = true;
    };
    const curve = await measureCost(model, { ...options, onBusy });
    const now = { curve, measured: Date.now() };
    // What is only likely is not kept for a month.
    if (!isBusy) writeCache(file, now);
    return now;
  });
  return async (use) => {
    if (use === undefined) return correctedTimes(await measured(), past, () => undefined);
    const file = fileOf(use);
    return correctedTimes(readCurve(file) ?? (await measured()), past, (now) => writeCache(file, now));
  };
}

/** What another version left there, or half of a file, is no curve; an old one is not used either. */
function readCurve(file: string): Stored | undefined {
  const { data } = storedSchema.safeParse(readCache(file));
  return data && Math.abs(Date.now() - data.measured) < OLD ? data : undefined;
}

function correctedTimes(stored: Stored, past: number, write: (stored: Stored) => void): StoredTimes {
  const times = createPassTimes({ cost: passCost(stored.curve), past });
  let passes = 0;
  return {
    times: {
      at: times.at,
      doubt: times.doubt,
      observe(rows, before, ms) {
        passes++;
        times.observe(rows, before, ms);
      },
    },
    save() {
      if (passes < PASSES) return;
      const curve = stored.curve.map(
        ([rows]) => [rows, Number(times.at(rows, past).toPrecision(5))] as const,
      );
      const isOff = curve.some(([, ms], i) => Math.abs(ms / stored.curve[i][1] - 1) > OFF);
      if (isOff) write({ ...stored, curve });
    },
  };
}

/** As `timesByUse`; what was learned is put back when the process ends. */
export function keptTimes(model: Model, key: string, options?: MeasureOptions) {
  const timesOf = timesByUse(model, key, options);
  return async (use?: string): Promise<PassTimes> => {
    const stored = await timesOf(use);
    if (use !== undefined) atExit(stored.save);
    return stored.times;
  };
}

/**
 * What passes of a model take on this machine, for a plan: from the user's cache (measured first, if need be), corrected by
 * every pass, and put back when the process ends.
 *
 * @param key what tells this model from others, its files and how it is run
 */
export const cachedTimes = (model: Model, key: string, options?: MeasureOptions): Promise<PassTimes> =>
  keptTimes(model, key, options)("");

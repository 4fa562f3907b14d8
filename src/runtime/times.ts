import { createHash } from "node:crypto";
import { availableParallelism, cpus } from "node:os";
import { z } from "zod";
import { once } from "../core/once.js";
import { createPassTimes, type PassTimes } from "../core/pass-times.js";
import type { Model } from "../core/types.js";
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

export interface StoredTimes {
  readonly times: PassTimes;
  /** Puts back what was learned, if passes take another time than the stored curve says. */
  save(): void;
}

/**
 * What passes of a model take on this machine: the curve of the user's cache to start with (measured first, if there is none
 * or an old one), and corrected by every pass.
 */
export async function storedTimes(
  model: Model,
  key: string,
  options: MeasureOptions = {},
): Promise<StoredTimes> {
  const { past = PAST, sequences = 1 } = options;
  const machine = `${cpus()[0]?.model ?? "unknown"} x${availableParallelism()}`;
  const hash = createHash("sha256").update(`${key} ${sequences} ${machine} ${process.version}`);
  const name = `times-${hash.digest("hex").slice(0, 16)}.json`;
  // What another version left there, or half of a file, is no curve.
  const { data: known } = storedSchema.safeParse(readCache(name));
  const isFresh = known && Math.abs(Date.now() - known.measured) < OLD;
  const stored = isFresh ? known : { curve: await measureCost(model, options), measured: Date.now() };
  if (!isFresh) writeCache(name, stored);

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
      if (isOff) writeCache(name, { ...stored, curve });
    },
  };
}

const unsaved: StoredTimes[] = [];

/** As `storedTimes`; what was learned is put back when the process ends. */
export async function cachedTimes(model: Model, key: string, options?: MeasureOptions): Promise<PassTimes> {
  const stored = await storedTimes(model, key, options);
  // One listener for all models: with one each, Node would warn of a leak.
  if (unsaved.length === 0)
    process.once("exit", () => {
      for (const { save } of unsaved) save();
    });
  unsaved.push(stored);
  return stored.times;
}

/** As `cachedTimes`, when they are first asked for. */
export const lazyTimes = (model: Model, key: string, options?: MeasureOptions) =>
  once(() => cachedTimes(model, key, options));

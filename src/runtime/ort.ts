import { availableParallelism } from "node:os";
import type { InferenceSession } from "onnxruntime-node";
import { failure } from "../core/errors.js";
import { once } from "../core/once.js";

export type Device = "cpu" | "webgpu";

export interface SessionOptions {
  readonly device?: Device;
  /** Threads of one operation; all cores if left out. */
  readonly threads?: number;
  /** Threads wait without spinning even within a run: for small sessions beside a busier one. */
  readonly quiet?: boolean;
  /** Folds DequantizeLinear into float weights at load instead of running 8-bit kernels. */
  readonly unfold?: boolean;
}

/** A graph that is open. */
export type Graph = InferenceSession;

export type Ort = typeof import("onnxruntime-node");

/** onnxruntime-node, loaded when first needed: it costs a tenth of a second. */
export const ort = once(
  (): Promise<Ort> =>
    import("onnxruntime-node").then(
      (module) => (module as unknown as { default?: Ort }).default ?? module,
      (cause) => {
        throw failure(
          `onnxruntime-node does not load on this machine (${(cause as Error).message}); reinstall it with npm ci`,
          cause,
        );
      },
    ),
);

/** @throws a failure that names the first input or output that a graph lacks */
export function checkTensors(
  { inputNames, outputNames }: Graph,
  inputs: readonly string[],
  outputs: readonly string[],
  who = "the graph",
): void {
  const lacks = (names: readonly string[], wanted: readonly string[], what: string) => {
    const missing = wanted.find((name) => !names.includes(name));
    if (missing !== undefined)
      throw failure(`${who} has no ${what} "${missing}", which its manifest implies`);
  };
  lacks(inputNames, inputs, "input");
  lacks(outputNames, outputs, "output");
}

/** @throws a failure that names the file and the reason. */
export async function openSession(path: string, options: SessionOptions = {}): Promise<Graph> {
  const { device = "cpu", threads = availableParallelism(), quiet = false, unfold = false } = options;
  const { InferenceSession: Sessions } = await ort();
  // Threads spin within a run, where there is always more to do; between runs they would slow what runs then.
  const entries: Record<string, string> = { force_spinning_stop: "1" };
  if (quiet) Object.assign(entries, { "intra_op.allow_spinning": "0" });
  if (unfold) Object.assign(entries, { disable_quant_qdq: "1" });
  try {
    return await Sessions.create(path, {
      executionProviders: device === "cpu" ? ["cpu"] : [device, "cpu"],
      intraOpNumThreads: threads,
      interOpNumThreads: 1,
      executionMode: "sequential",
      // Hardly two passes have the same shapes: a plan of the memory for each would never be used again.
      enableMemPattern: false,
      logSeverityLevel: 3,
      extra: { session: entries },
    });
  } catch (cause) {
    throw failure(`${path} cannot be opened on ${device}: ${(cause as Error).message.split("\n")[0]}`, cause);
  }
}

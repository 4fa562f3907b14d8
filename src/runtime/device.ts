import type { InferenceSession } from "onnxruntime-node";
import { usage } from "../core/errors.js";
import { type Device, openSession, type SessionOptions } from "./ort.js";

export const DEVICES: readonly Device[] = ["cpu", "webgpu"];

export function parseDevice(name: string): Device {
  const found = DEVICES.find((device) => device === name);
  if (!found) throw usage(`there is no device "${name}": choose ${DEVICES.join(" or ")}`);
  return found;
}

export interface Placed {
  readonly session: InferenceSession;
  readonly device: Device;
}

/** Opens a graph on the wished device; without an adapter on the CPU, after one line to `warn`. */
export async function openOn(
  device: Device,
  paths: Readonly<Record<Device, string>>,
  options: Omit<SessionOptions, "device"> = {},
  warn: (line: string) => void = () => {},
): Promise<Placed> {
  if (device === "cpu") return { session: await openSession(paths.cpu, options), device };
  try {
    return { session: await openSession(paths[device], { ...options, unfold: true, device }), device };
  } catch (error) {
    warn(`no ${device} here (${reason(error)}): using the CPU`);
    return { session: await openSession(paths.cpu, options), device: "cpu" };
  }
}

function reason(error: unknown): string {
  const { message } = error as Error;
  return /adapter/i.test(message) ? "no adapter found" : message.replace(/^.*?: /, "");
}

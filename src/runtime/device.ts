import { existsSync } from "node:fs";
import { join } from "node:path";
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
    if (!vulkanFound()) throw new Error("no adapter: libvulkan.so.1 is not installed");
    return { session: await openSession(paths[device], { ...options, unfold: true, device }), device };
  } catch (error) {
    warn(`no ${device} here (${reason(error)}): using the CPU`);
    return { session: await openSession(paths.cpu, options), device: "cpu" };
  }
}

function reason(error: unknown): string {
  const { message } = error as Error;
  return /^no adapter/.test(message)
    ? message
    : /adapter/i.test(message)
      ? "no adapter found"
      : message.replace(/^.*?: /, "");
}

/** WebGPU runs on Vulkan on Linux; without its loader the native library prints lines of its own before it fails. */
function vulkanFound(): boolean {
  if (process.platform !== "linux") return true;
  const own = process.env.LD_LIBRARY_PATH?.split(":") ?? [];
  const usual = ["/usr/lib", "/usr/lib64", "/usr/local/lib", "/lib", "/lib64"];
  const triples = ["x86_64-linux-gnu", "aarch64-linux-gnu"].flatMap((triple) =>
    usual.map((folder) => join(folder, triple)),
  );
  return [...own, ...usual, ...triples].some((folder) => existsSync(join(folder, "libvulkan.so.1")));
}

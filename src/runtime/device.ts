import { existsSync } from "node:fs";
import { join } from "node:path";
import { type Device, type Graph, openSession, type SessionOptions } from "./ort.js";

export const DEVICES: readonly Device[] = ["cpu", "webgpu"];

export interface Placed {
  readonly session: Graph;
  readonly device: Device;
}

/** Opens a graph on the wished device; without an adapter on the CPU, after one line to `warn`. */
export async function openOn(
  device: Device,
  paths: Readonly<Record<Device, string>>,
  options: Omit<SessionOptions, "device"> = {},
  warn: (line: string) => void = () => {},
): Promise<Placed> {
  const onCpu = async (): Promise<Placed> => ({
    session: await openSession(paths.cpu, options),
    device: "cpu",
  });
  const instead = (reason: string) => {
    warn(`no ${device} here (${reason}): using the CPU`);
    return onCpu();
  };
  if (device === "cpu") return onCpu();
  if (!vulkanFound()) return instead("no adapter: libvulkan.so.1 is not installed");
  try {
    return { session: await openSession(paths[device], { ...options, unfold: true, device }), device };
  } catch (error) {
    return instead(reason(error));
  }
}

/** Opens a language model's graph on the wished device, in the form that suits it (see `openOn`). */
export const openTarget = (
  { graph, float = graph }: { readonly graph: string; readonly float?: string },
  file: (name: string) => string,
  device: Device,
  options: Omit<SessionOptions, "device">,
  warn?: (line: string) => void,
) => openOn(device, { cpu: file(graph), webgpu: file(float) }, options, warn);

function reason(error: unknown): string {
  const { message } = error as Error;
  return /adapter/i.test(message) ? "no adapter found" : message.replace(/^.*?: /, "");
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

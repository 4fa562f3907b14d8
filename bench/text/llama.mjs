// node-llama-cpp on the same GGUF, where both are at hand: npm install --prefix bench/peers, and --gguf FILE.
import { fork } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

const here = (name) => fileURLToPath(new URL(name, import.meta.url));

/** Undefined, and a line that says why, where it cannot be had. */
export async function openLlama(gguf, contextSize) {
  if (!gguf) return undefined;
  if (!existsSync(here("../peers/node_modules/node-llama-cpp"))) {
    console.error("node-llama-cpp is left out: npm install --prefix bench/peers brings it");
    return undefined;
  }
  const child = fork(here("llama-worker.mjs"), [gguf, String(contextSize)]);
  child.once("exit", (code) => code && console.error(`node-llama-cpp ended with ${code}`));
  await once(child, "message");
  return {
    async ask(job) {
      child.send(job);
      const [answer] = await once(child, "message");
      return answer;
    },
    close: () => child.kill(),
  };
}

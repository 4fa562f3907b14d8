// Other programs on the same weights, where they are at hand: npm install --prefix bench/peers. Each in a process of its own.
import { fork } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

const here = (name) => fileURLToPath(new URL(name, import.meta.url));

/** node-llama-cpp on the GGUF that the model was made of. Undefined, and a line that says why, where it cannot be had. */
export const openLlama = (gguf, contextSize) =>
  gguf && open("node-llama-cpp", "llama-worker.mjs", [gguf, String(contextSize)]);

/** transformers.js on the folder that models/training/text/export_transformers.py makes. */
export const openTransformers = (folder) =>
  folder && open("@huggingface/transformers", "transformers-worker.mjs", [folder]);

async function open(name, worker, args) {
  if (!existsSync(here(`../peers/node_modules/${name}`))) {
    console.error(`${name} is left out: npm install --prefix bench/peers brings it`);
    return undefined;
  }
  const child = fork(here(worker), args);
  child.once("exit", (code) => code && console.error(`${name} ended with ${code}`));
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

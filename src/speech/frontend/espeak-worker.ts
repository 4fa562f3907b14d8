// espeak-ng in a thread of its own: it takes half a second to warm up, in which the models can be opened.
import { parentPort } from "node:worker_threads";
import { espeak } from "./espeak.js";

parentPort?.on("message", async ({ id, words }: { id: number; words: string }) => {
  try {
    parentPort?.postMessage({ id, ipa: await espeak(words) });
  } catch (error) {
    parentPort?.postMessage({ id, error: (error as Error).message });
  }
});

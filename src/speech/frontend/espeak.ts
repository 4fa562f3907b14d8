import { realpathSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { failure } from "../../core/errors.js";
import { once } from "../../core/once.js";
import { findModel, listModels, manifestSchema } from "../../runtime/manifest.js";

type Phonemize = (text: string, language: string) => Promise<string[]>;

/** espeak-ng in WebAssembly, loaded when first needed. American English words -> IPA, clause by clause. */
export async function espeak(words: string): Promise<string> {
  return (await (await load())(words, "en-us")).join(" ").trim();
}

const load = once(async (): Promise<Phonemize> => {
  // Its loader listens for every error of the process and throws it again, with a megabyte of source code in front.
  const events = ["uncaughtException", "unhandledRejection"] as const;
  const before = events.map((event) => new Set(process.listeners(event as "exit")));
  const { phonemize } = await phonemizer();
  events.forEach((event, i) => {
    for (const listener of process.listeners(event as "exit")) {
      if (!before[i].has(listener)) process.removeListener(event, listener);
    }
  });
  return phonemize;
});

/** It comes with a voice, and may be found from its folder only. */
async function phonemizer(): Promise<typeof import("phonemizer")> {
  try {
    return await import("phonemizer");
  } catch (cause) {
    for (const voice of listModels("speech")) {
      // Package managers link folders: what came with a voice lies beside the real one.
      const folder = realpathSync(findModel(voice, manifestSchema, "speech").folder);
      try {
        const path = createRequire(join(folder, "package.json")).resolve("phonemizer");
        return (await import(pathToFileURL(path).href)) as typeof import("phonemizer");
      } catch {
        // Not from here.
      }
    }
    throw failure(
      "what turns words into phonemes is not installed: npm install @foretoken/voice-joe brings it (or npm install phonemizer)",
      cause,
    );
  }
}

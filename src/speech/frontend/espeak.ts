type Phonemize = (text: string, language: string) => Promise<string[]>;

let library: Promise<Phonemize> | undefined;

/** espeak-ng in WebAssembly, loaded when first needed. American English words -> IPA, clause by clause. */
export async function espeak(words: string): Promise<string> {
  library ??= load();
  return (await (await library)(words, "en-us")).join(" ").trim();
}

async function load(): Promise<Phonemize> {
  // Its loader listens for every error of the process and throws it again, with a megabyte of source code in front.
  const events = ["uncaughtException", "unhandledRejection"] as const;
  const before = events.map((event) => new Set(process.listeners(event as "exit")));
  const { phonemize } = await import("phonemizer");
  events.forEach((event, i) => {
    for (const listener of process.listeners(event as "exit")) {
      if (!before[i].has(listener)) process.removeListener(event, listener);
    }
  });
  return phonemize;
}

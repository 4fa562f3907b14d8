type Phonemize = (text: string, language: string) => Promise<string[]>;

let library: Promise<Phonemize> | undefined;

/** espeak-ng in WebAssembly, loaded when first needed: it costs a third of a second. */
function espeak(): Promise<Phonemize> {
  library ??= load();
  return library;
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

const MARKS = /[.,!?;:]+/;

/**
 * Spoken text (see `normalize`) -> International Phonetic Alphabet as espeak-ng writes American English, with the
 * punctuation kept: "Hello, world." -> "həlˈoʊ, wˈɜːld.". Empty when there is nothing to say.
 *
 * espeak-ng drops punctuation and splits at it, so each clause is converted alone and its mark put back.
 */
export async function phonemes(spoken: string): Promise<string> {
  let ipa = "";
  for (const piece of spoken.split(/(?<=[.,!?;:])\s+/)) {
    const mark = piece.match(MARKS)?.[0][0] ?? "";
    const words = piece.replace(MARKS, "").trim();
    const said = words ? (await (await espeak())(words, "en-us")).join(" ").trim() : "";
    if (said) ipa += (ipa ? " " : "") + said + mark;
  }
  // A sentence always ends with a mark: the models were taught that speech ends after one.
  return ipa && !/[.!?]$/.test(ipa) ? `${ipa.replace(/[,;:]$/, "")}.` : ipa;
}

import { Worker } from "node:worker_threads";
import { failure } from "../../core/errors.js";

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
    const said = words ? await ask(words) : "";
    if (said) ipa += (ipa ? " " : "") + said + mark;
  }
  // A sentence always ends with a mark: the models were taught that speech ends after one.
  return ipa && !/[.!?]$/.test(ipa) ? `${ipa.replace(/[,;:]$/, "")}.` : ipa;
}

/** Starts on the phonemes of a text that is spoken soon. Whoever awaits them sees the error, if there is one. */
export function prepare(spoken: string): Promise<string> {
  const ipa = phonemes(spoken);
  ipa.catch(() => {});
  return ipa;
}

interface Thread {
  ask(words: string): Promise<string>;
}

let thread: Thread | undefined;

const ask = (words: string) => {
  thread ??= startThread();
  return thread.ask(words);
};

/** The worker keeps no process alive by itself; only an answer that is waited for does. */
function startThread(): Thread {
  const worker = new Worker(new URL("espeak-worker.js", import.meta.url));
  const waiting = new Map<number, { resolve(ipa: string): void; reject(error: Error): void }>();
  let turn = 0;
  worker.unref();
  const settle = (id: number) => {
    const found = waiting.get(id);
    waiting.delete(id);
    if (waiting.size === 0) worker.unref();
    return found;
  };
  worker.on("message", ({ id, ipa, error }: { id: number; ipa: string; error?: string }) => {
    if (error === undefined) settle(id)?.resolve(ipa);
    else settle(id)?.reject(failure(`espeak-ng could not read a clause: ${error}`));
  });
  worker.on("error", (cause) => {
    thread = undefined;
    for (const id of [...waiting.keys()])
      settle(id)?.reject(failure(`espeak-ng stopped: ${cause.message}`, cause));
  });
  return {
    ask: (words) =>
      new Promise((resolve, reject) => {
        waiting.set(++turn, { resolve, reject });
        worker.ref();
        worker.postMessage({ id: turn, words });
      }),
  };
}

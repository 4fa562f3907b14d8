import { Worker } from "node:worker_threads";
import { failure } from "../../core/errors.js";

const MARKS = /[.,!?;:]+/;

/**
 * Spoken text (see `normalize`) -> International Phonetic Alphabet as espeak-ng writes American English, with the
 * punctuation kept: "Hello, world." -> "həlˈoʊ, wˈɜːld.". Empty when there is nothing to say.
 *
 * espeak-ng drops punctuation and splits at it, so each clause is converted alone and its mark put back.
 */
export function phonemes(spoken: string): Promise<string> {
  const known = prepared.get(spoken);
  prepared.delete(spoken);
  return known ?? convert(spoken);
}

/** Starts on a text whose phonemes will be asked for soon. */
export function prepare(spoken: string): void {
  if (prepared.has(spoken)) return;
  const soon = convert(spoken);
  // Whoever asks for it will see the error.
  soon.catch(() => {});
  prepared.set(spoken, soon);
  for (const oldest of prepared.keys()) if (prepared.size > 8) prepared.delete(oldest);
}

const prepared = new Map<string, Promise<string>>();

async function convert(spoken: string): Promise<string> {
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
  const worker = new Worker(workerFile());
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

/** The built worker, also when this file runs as TypeScript (under a test runner): a thread needs JavaScript. */
const workerFile = () =>
  new URL(import.meta.url.replace("/src/", "/dist/").replace(/phonemes\.[jt]s$/, "espeak-worker.js"));

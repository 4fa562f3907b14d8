import { setTimeout as sleep } from "node:timers/promises";
import { type Token, usage } from "foretoken/core";
import {
  checkFormat,
  generateText,
  type Message,
  readDocuments,
  readPrompts,
  type TextEncoded,
  type TextManifest,
  type TextModel,
  type TextPiece,
  type TextPrompt,
  type Written,
  writeAll,
} from "foretoken/text";
import type { TextLibrary } from "../../../src/cli/host.js";
import { bytesOf, CODES, type FakeOptions, faked, finder, rounds } from "./shared.js";

/** Tokens of every answer, unless fewer are asked for. */
const LENGTH = 40;
const CONTEXT = 200;
const LETTERS = "abcdefghijklmnopqrstuvwxyz ABCDEFGHIJKLMNOPQRSTUVWXYZ.,!?0123456";

const manifest = (name: string) =>
  faked<TextManifest>({
    name,
    version: "1.0.0",
    license: "Apache-2.0",
    files: {},
    tokenizer: "tokenizer.json",
    target: { graph: "target.onnx", vocabularySize: CODES, contextLength: CONTEXT },
    maxTokens: LENGTH,
    sampling: { temperature: 0 },
  });

const wordsOf = (text: string) => text.split(/\s+/).filter(Boolean);
const textOf = (prompt: TextPrompt) =>
  typeof prompt === "string" ? prompt : prompt.map(({ content }) => content).join(" ");

/** The last messages that fit; a token is a word. */
function fitting(prompt: TextPrompt, { truncate, warn, system = "" }: Written): number {
  const count = wordsOf(system).length + wordsOf(textOf(prompt)).length;
  if (count < CONTEXT) return count;
  if (!truncate) throw usage(`the prompt has ${count} tokens, and the model's context holds ${CONTEXT}`);
  warn?.(`the beginning of the prompt was left out: all of it has ${count} tokens`);
  return CONTEXT / 2;
}

function goalOf(prompt: TextPrompt, options: Written, differs: boolean): Token[] {
  const { seed = 0, stream = 0, sampling = {}, system, raw, maxTokens = LENGTH, drafter } = options;
  const { temperature = 0 } = sampling;
  const drawn = temperature > 0 ? [seed, stream] : [];
  const bytes = bytesOf(textOf(prompt), system, raw, { ...sampling, temperature }, ...drawn);
  const goal = Array.from({ length: Math.min(LENGTH, maxTokens) }, (_, i) => bytes[i] % CODES);
  if (differs && drafter !== "none") goal[7] = (goal[7] + 1) % CODES;
  return goal;
}

/** What is asked of the library, for tests to see. */
export interface Seen {
  readonly prompts: (string | readonly Message[])[];
  readonly options: Written[];
  readonly loads: object[];
  forgotten: number;
}

export interface FakeTextOptions extends FakeOptions {
  readonly seen?: Seen;
  /** An error after so many tokens. */
  readonly breaks?: number;
}

export const watchText = (): Seen => ({ prompts: [], options: [], loads: [], forgotten: 0 });

/** Text without a model: of four guesses a pass three stand. */
export function fakeText(options: FakeTextOptions = {}): TextLibrary {
  const { pause, load = 0, differs = false, seen, breaks } = options;

  async function* written(prompt: TextPrompt, asked: Written): AsyncGenerator<TextPiece> {
    seen?.prompts.push(prompt);
    seen?.options.push(asked);
    const promptTokens = fitting(prompt, asked);
    const goal = goalOf(prompt, asked, differs);
    const isCut = goal.length < LENGTH;
    for await (const { tokens, start, draft, finish } of rounds(goal, asked, pause)) {
      if (breaks !== undefined && start >= breaks) throw usage("the model broke");
      yield {
        ...{ tokens, start, promptTokens, guesses: draft.tokens },
        text: tokens.map((token) => LETTERS[token]).join(""),
        logprobs: asked.logprobs === undefined ? undefined : tokens.map(logprobsOf(asked.logprobs)),
        done: finish !== undefined,
        finish: finish && (isCut ? "length" : "stop"),
        stop: finish && !isCut ? 2 : undefined,
      };
    }
  }

  const logprobsOf = (count: number) => (token: Token) => ({
    ...{ token, logprob: -0.5 },
    top: Array.from({ length: count }, (_, i) => ({ token: (token + i) % CODES, logprob: -0.5 - i })),
  });

  function loaded(name: string, datastore: string | undefined): TextModel {
    const own = manifest(name);
    const { sampling } = own;
    return faked<TextModel>({
      name,
      manifest: own,
      device: "cpu",
      defaultDrafter: "lookup",
      modality: {
        name: "text",
        encode: async (request) => {
          fitting(request.prompt, request);
          if (request.format !== undefined) checkFormat(request.format);
          return faked<TextEncoded>({ tokens: [] });
        },
      },
      drafter: async (drafter) => {
        if (drafter === "rest" && datastore === undefined)
          throw usage('the drafter "rest" needs a datastore');
        return { name: drafter, start: async () => ({ propose: () => ({ tokens: [], parents: [] }) }) };
      },
      encode: (text) => wordsOf(text).map((word) => word.length),
      decode: (tokens) => Array.from(tokens, (token) => LETTERS[token]).join(""),
      count: (prompt) => wordsOf(textOf(prompt)).length,
      write: (prompt, asked = {}) =>
        written(prompt, { ...asked, sampling: { ...sampling, ...asked.sampling } }),
      forget() {
        if (seen) seen.forgotten++;
      },
    });
  }

  const names = ["smollm2", "tiny"];
  return faked<TextLibrary>({
    DEFAULT_TEXT_MODEL: "smollm2",
    checkFormat,
    generateText,
    readDocuments,
    readPrompts,
    writeAll,
    listTextModels: () => names,
    findTextModel: finder(names, manifest),
    async loadText(name = "smollm2", asked = {}) {
      seen?.loads.push(asked);
      await sleep(load);
      return loaded(name, asked.datastore);
    },
  });
}

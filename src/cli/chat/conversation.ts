import { usage } from "../../core/errors.js";
import type { Message } from "../../text/chat.js";
import type { TextPiece } from "../../text/modality.js";
import { ANSWER_ROOM } from "../../text/names.js";
import type { TextModel, WriteOptions } from "../../text/types.js";
import { compare, comparisonTable, differing } from "../compare.js";
import type { TextLibrary } from "../host.js";
import type { Call } from "../make.js";
import { addWork, count, settingOf, statsTable } from "../report.js";
import { guessesOf, WORDS, writtenOf } from "../write/model.js";
import { streamSink } from "../write/outputs.js";
import { type Answer, answerOf, endOf, figuresOf, reportOf } from "../write/report.js";
import type { ChatFlags } from "./options.js";

/** What a command may change while the conversation goes on. */
export type Settings = { -readonly [Name in keyof ChatFlags]: ChatFlags[Name] };

export type Conversation = ReturnType<typeof createConversation>;

interface Parts {
  readonly text: TextLibrary;
  readonly model: TextModel;
  /** What Ctrl-C stops, while it is under way. */
  readonly stops: (stop: (() => void) | undefined) => void;
}

/** Tokens that the template puts around a message, at most. */
const FRAME = 16;

/** A conversation with a model: who said what, and what answers are made with. */
export function createConversation({ flags, host, talk }: Call<ChatFlags>, { text, model, stops }: Parts) {
  const settings: Settings = { ...flags };
  let messages: readonly Message[] = [];
  /** Answers so far: each has a stream of the seed to itself. */
  let turn = 0;
  let last: { readonly messages: readonly Message[]; readonly stream: number } | undefined;
  const answers: Answer[] = [];
  let isOver = false;
  const warn = (line: string) => talk.note(`foretoken: ${line}`);

  const options = (stream: number): WriteOptions => ({
    ...writtenOf(settings),
    ...{ model, truncate: true, stream },
  });

  /** The last messages that leave room for an answer, from one of the user on. */
  function fitting(all: readonly Message[]): readonly Message[] {
    const { contextLength } = model.manifest.target;
    const { maxTokens = model.manifest.maxTokens ?? ANSWER_ROOM, system } = settings;
    const room = Math.min(maxTokens, contextLength / 2);
    if (model.count(all, { system }) + room <= contextLength) return all;
    // So much at once that the next turns fit, too: behind each cut all that stays is read anew.
    const cost = ({ content }: Message) => model.encode(content).length + FRAME;
    let from = all.length - 1;
    let tokens = cost(all[from]);
    for (; from >= 2; from -= 2) {
      tokens += cost(all[from - 1]) + cost(all[from - 2]);
      if (tokens > contextLength / 2) break;
    }
    if (from > 0)
      warn(
        `the conversation outgrows the model's context: its oldest ${count(from, "message")} are left out`,
      );
    return all.slice(from);
  }

  /** Does something that Ctrl-C stops without ending the conversation: undefined then. */
  async function stoppable<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T | undefined> {
    const stop = new AbortController();
    stops(() => stop.abort());
    try {
      return await work(AbortSignal.any([host.signal, stop.signal]));
    } catch (error) {
      if (!stop.signal.aborted || host.signal.aborted) throw error;
      return undefined;
    } finally {
      stops(undefined);
    }
  }

  async function answered(asked: readonly Message[], stream: number) {
    const sink = streamSink(host.stdout);
    let said = "";
    const onPiece = ({ text: piece }: TextPiece) => {
      said += piece;
      return sink.write(piece);
    };
    try {
      const guesses = guessesOf(settings, settings.plain);
      const written = await stoppable((signal) =>
        text.generateText(asked, { ...options(stream), ...guesses, warn, signal, onPiece }),
      );
      return { said, answer: written && answerOf(written, model) };
    } finally {
      await sink.end();
    }
  }

  return {
    settings,
    model,
    /** Says something, and lets the model answer. */
    async say(content: string): Promise<void> {
      const asked = fitting([...messages, { role: "user", content }]);
      last = { messages: asked, stream: turn };
      const { said, answer } = await answered(asked, turn++);
      if (answer) answers.push(answer);
      talk.note(
        answer
          ? `[${figuresOf(addWork([answer]))}, ${endOf(answer)}]`
          : "[stopped: what was said so far stays]",
      );
      if (said.trim() !== "") messages = [...asked, { role: "assistant", content: said }];
      else talk.note("[nothing was said: the message is forgotten]");
    },
    /** Answers the last message again, with and without guesses. */
    async compare(): Promise<string> {
      if (!last) throw usage("there is nothing to compare yet: say something first");
      if (settings.plain || settings.drafter === "none")
        throw usage("nobody guesses now, so there is nothing to compare: choose somebody with /drafter NAME");
      const { messages: asked, stream } = last;
      const comparison = await stoppable((signal) =>
        compare(
          [asked],
          async (item, { plain }) => {
            model.forget();
            const wanted = { ...options(stream), ...guessesOf(settings, plain), signal };
            return [answerOf(await text.generateText(item, wanted), model)];
          },
          talk,
        ),
      );
      if (!comparison) return "[stopped]";
      if (!comparison.same && (settings.verifier ?? "identical") === "identical") throw differing(WORDS);
      return comparisonTable(comparison, WORDS);
    },
    /** True: nobody says anything any more. */
    isOver: () => isOver,
    leave(): undefined {
      isOver = true;
    },
    /** Forgets what was said. */
    reset(): void {
      messages = [];
      last = undefined;
      turn = 0;
    },
    /** Figures of all answers so far. */
    stats(): string {
      if (answers.length === 0) throw usage("there are no figures yet: say something first");
      const sums = addWork(answers);
      return statsTable(settingOf(WORDS, model, settings), sums, reportOf(answers, sums), WORDS);
    },
  };
}

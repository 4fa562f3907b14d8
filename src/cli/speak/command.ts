import { kindOf, usage } from "../../core/errors.js";
import type { PlannedSentence, SentenceReport } from "../../speech/speak.js";
import { losslessVerifier } from "../../verifiers/named.js";
import type { SpeechLibrary, Talk } from "../host.js";
import { collect, type TextSource, textSource } from "../input.js";
import { type Call, command, makeAll } from "../make.js";
import { openModel } from "../models.js";
import {
  count,
  inSeconds,
  type Report,
  settingOf,
  sumOf,
  type Words,
  type Work,
  type WorkTotals,
} from "../report.js";
import type { SpeakFlags } from "./options.js";
import { chooseOutput, createWriter, nowhere, type Writer } from "./output.js";
import { chooseVoice, listVoices, voices } from "./voice.js";

const WORDS: Words = { kind: "voice", tokens: "units", input: "text", decoding: "text and sound" };

type Said = SentenceReport & Work;

/** A piece of text that can be said. */
interface Sayable {
  readonly sentences: readonly PlannedSentence[];
  /** Of the source, from 1. */
  readonly line: number;
}

/** `foretoken speak` */
export const speakCommand = command<SpeakFlags>(async (call) => {
  const { input, flags, host, talk } = call;
  if (flags.listVoices) return listVoices(await host.speech(), host);
  const source = textSource(input, { file: flags.file, byLine: flags.outputDir !== undefined }, host);
  const silent = flags.compare && flags.output === undefined && !flags.outputRaw && !flags.play;
  const writer = createWriter(silent ? nowhere : await chooseOutput(flags, host, talk), host.signal);
  try {
    await sayAll(call, source, writer);
  } finally {
    await writer.discard();
  }
});

async function sayAll(call: Call<SpeakFlags>, source: TextSource, writer: Writer): Promise<void> {
  const { flags, host, talk } = call;
  const { drafter, draftLength, seed, speed, temperature } = flags;
  const speech = await host.speech();
  // What lies ready is read and judged before a model is loaded; what arrives over time is waited for meanwhile.
  const arriving = sayable(source, speech, talk);
  const items = source.live && !flags.compare ? arriving : await collect(arriving);
  const opening = openModel(chooseVoice(flags, speech), voices(speech), call);
  opening.catch(() => {});
  const options = {
    verifier: flags.verifier && losslessVerifier(flags.verifier),
    seed,
    speed,
    signal: host.signal,
    sampling: temperature === undefined ? undefined : { temperature },
  };
  await makeAll<Sayable, Said>({
    call,
    words: WORDS,
    items,
    outputs: writer,
    async make({ sentences, line }, { plain, kept, progress }) {
      const voice = await opening;
      // In a comparison all sound is one piece.
      if (progress) writer.begin(line);
      const said: Said[] = [];
      const sound = speech.speak(sentences, {
        ...options,
        voice,
        ...(plain ? { drafter: "none" } : { drafter, draftLength }),
        onSentence(report) {
          said.push({ ...report, tokens: report.units });
          if (report.of > 1) progress?.(`sentence ${report.index + 1} of ${report.of}`);
        },
      });
      for await (const piece of sound) if (kept) await writer.write(piece);
      if (progress) await writer.end();
      return said;
    },
    setting: async () => ({ ...settingOf(WORDS, await opening, flags), speed: speed ?? 1 }),
    report: (said, sums) => reportOf(said, sums, writer.firstSound()),
  });
}

/**
 * The pieces of a text that can be said. Of a text that comes line by line, empty lines are passed over, and others with
 * nothing to say are noted.
 *
 * @throws a usage error when there is nothing to say in all of it
 */
async function* sayable(source: TextSource, speech: SpeechLibrary, talk: Talk): AsyncGenerator<Sayable> {
  const named = (message: string) =>
    usage(source.name === undefined ? message : `${source.name}: ${message}`);
  let said = 0;
  let reason: string | undefined;
  for await (const piece of source.pieces()) {
    if (source.byLine && piece.text.trim() === "") continue;
    let sentences: PlannedSentence[];
    try {
      sentences = speech.plannedSentences(piece.text);
    } catch (error) {
      if (kindOf(error) !== "usage") throw error;
      const { message } = error as Error;
      if (!source.byLine) throw named(message);
      reason ??= message;
      talk.note(`foretoken: line ${piece.line} is skipped: ${message}`);
      continue;
    }
    // The first phonemes are made while the models are opened.
    if (said === 0) sentences[0] = { ...sentences[0], ipa: speech.prepare(sentences[0].text) };
    said++;
    yield { sentences, line: piece.line };
  }
  if (said === 0) throw named(reason ?? "the text is empty: give some words to say");
}

/** @param firstSound milliseconds from the start of the program to the first sound */
function reportOf(said: readonly Said[], sums: WorkTotals, firstSound: number | undefined): Report {
  const { time, tokensPerPass } = sums;
  const units = sumOf(said, (sentence) => sentence.units.length);
  /** Of sound, pauses left out. */
  const seconds = sumOf(said, (sentence) => sentence.seconds);
  const timesRealTime = time.total ? (seconds * 1000) / time.total : 0;
  const [length, speed] = [`${seconds.toFixed(2)} s`, `${timesRealTime.toFixed(1)}x real time`];
  const detail = said.map(({ index, of, tokens, ...one }) => one);
  return {
    summary: `${count(units, "unit")}, ${length} of sound in ${inSeconds(time.total)} (${speed}), ${tokensPerPass.toFixed(2)} units a pass`,
    rows: [
      ["units", String(units), `in ${count(said.length, "sentence")}`],
      ["sound", length, speed],
    ],
    last: firstSound === undefined ? [] : [["first sound", inSeconds(firstSound), "after the start"]],
    json: { firstSound, ...sums, sentences: said.length, units, seconds, timesRealTime, detail },
  };
}

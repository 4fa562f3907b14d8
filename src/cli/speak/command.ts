import { checkComparison, compare, comparisonJson, comparisonTable, type Words } from "../compare.js";
import type { SpeakFlags } from "../flags.js";
import { createTalk, type Host, type Talk } from "../host.js";
import { textSource } from "../input.js";
import { type Setting, statsJson, statsTable, summary, totals } from "../report.js";
import { sendText } from "../send-text.js";
import { chooseOutput, nowhere, type Output } from "./output.js";
import { createPieceWriter, type PieceWriter } from "./pieces.js";
import { createSay, type Say, settingOf } from "./run.js";
import { collect, type Sayable, sayable } from "./text.js";
import { checkVoice, listVoices, openVoice } from "./voice.js";

interface Run {
  readonly flags: SpeakFlags;
  readonly host: Host;
  readonly talk: Talk;
  readonly output: Output;
  readonly writer: PieceWriter;
  /** Resolves when the voice is loaded. */
  readonly ready: Promise<{ readonly say: Say; readonly setting: Setting }>;
}

const WORDS: Words = { tokens: "units", input: "text" };

type Pieces = Iterable<Sayable> | AsyncIterable<Sayable>;

/** `foretoken speak` */
export async function speakCommand(words: readonly string[], flags: SpeakFlags, host: Host): Promise<void> {
  if (flags.listVoices) return listVoices(await host.speech(), host);
  const talk = createTalk(host.stderr, flags.quiet);
  const source = textSource(words, { file: flags.file, byLine: flags.outputDir !== undefined }, host);
  const silent = flags.compare && flags.output === undefined && !flags.outputRaw && !flags.play;
  const output = silent ? nowhere : await chooseOutput(flags, host, talk);
  const writer = createPieceWriter(output, host.signal);
  try {
    const speech = await host.speech();
    // What lies ready is read and judged before a model is loaded; what arrives over time is waited for meanwhile.
    const arriving = sayable(source, speech, talk);
    const pieces = source.live && !flags.compare ? arriving : await collect(arriving);
    const place = checkVoice(flags, speech);
    const ready = openVoice(place, flags, speech, host, talk).then((voice) => ({
      say: createSay(speech, voice, flags, host.signal),
      setting: settingOf(voice, flags),
    }));
    ready.catch(() => {});
    const run: Run = { flags, host, talk, output, writer, ready };
    await (flags.compare ? compareAll(pieces, run) : speakAll(pieces, run));
  } catch (error) {
    await writer.abort();
    throw error;
  } finally {
    talk.clear();
    await output.discard();
  }
}

async function speakAll(pieces: Pieces, { writer, ready, talk, ...run }: Run): Promise<void> {
  const reports = [];
  for await (const { sentences, line } of pieces) {
    const { say } = await ready;
    writer.begin(line);
    const onSentence = ({ index, of }: { index: number; of: number }) => {
      if (of > 1) talk.progress(`sentence ${index + 1} of ${of}`);
    };
    reports.push(...(await say(sentences, writer.write, { onSentence })));
    await writer.end();
  }
  await writer.close();

  const setting = { ...(await ready).setting, firstSound: writer.firstSound() };
  const all = totals(reports);
  const { flags, host, output } = run;
  talk.clear();
  if (flags.json) await sendText(JSON.stringify(statsJson(reports, setting)), host, output);
  if (flags.stats) host.stderr.write(`${statsTable(all, setting)}\n`);
  else if (!(flags.json && output.usesStdout)) talk.note(summary(all));
}

async function compareAll(pieces: Pieces, { flags, host, talk, output, writer, ready }: Run): Promise<void> {
  const { say, setting } = await ready;
  const texts: Sayable[] = [];
  for await (const piece of pieces) texts.push(piece);
  const comparison = await compare(async (way, first) => {
    const reports = [];
    const to = first ? writer.write : async () => {};
    for (const { sentences } of texts)
      reports.push(...(await say(sentences, to, { plain: way === "plain" })));
    return reports.map(({ units, metrics }) => ({ tokens: units, metrics }));
  }, talk);
  await writer.close();
  talk.clear();
  const figures = comparisonJson(comparison, WORDS);
  const text = flags.json ? JSON.stringify({ ...setting, ...figures }) : comparisonTable(comparison, WORDS);
  await sendText(text, host, output);
  checkComparison(comparison, setting.verifier, WORDS);
}

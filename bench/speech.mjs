// Plain decoding against each drafter: same sentences, same seeds, alternating; identical output is checked on the way.
import { readFileSync } from "node:fs";
import { measureCost, passCost } from "../dist/runtime/index.js";
import { loadVoice, normalize, SPEECH_DRAFTERS, sentences, speechSetup } from "../dist/speech/index.js";
import { chart, drafterPanels } from "./charts.mjs";
import { ceilings, contest, drafterNames, enter, summarise, timed } from "./contest.mjs";
import { machine } from "./machine.mjs";
import { peers } from "./peers.mjs";
import { fixedContenders, loadedContender, planLine } from "./plans.mjs";
import { ceilingLine, drafterTable, paragraphs, save, strayLine, table } from "./report.mjs";
import { median } from "./stats.mjs";

/** Draft lengths to compare the plan with. */
const LENGTHS = [6, 9, 12, 16];

export async function speechBench({
  sentences: count,
  temperature,
  device,
  voice: name,
  out,
  rounds = 4,
  drafter: only,
  peers: withPeers,
}) {
  const drafters = drafterNames(SPEECH_DRAFTERS, only);
  const voice = await loadVoice(name, { device, warn: console.error });
  const texts = readFileSync(new URL("sentences.txt", import.meta.url), "utf8")
    .trim()
    .split("\n");
  const spoken = texts.slice(0, Number(count ?? texts.length)).flatMap((text) => sentences(normalize(text)));
  const sampling = temperature === undefined ? {} : { temperature: Number(temperature) };
  const contenders = await enter(drafters, (drafter) => speechSetup(voice, { drafter, sampling }));
  const best = contenders.find(({ name }) => name === voice.defaultDrafter);
  const fixed = best ? fixedContenders(best, LENGTHS) : [];
  const loaded = best
    ? [await loadedContender(best, voice.target, { earnings: voice.manifest.earnings?.[best.name] })]
    : [];
  await contest({
    contenders: [...contenders, ...fixed, ...loaded],
    items: spoken,
    rounds: Number(rounds),
    nouns: "sentences",
    run: ({ setup }, sentence, index) => say(voice, sentence, setup, index),
  });

  const row = (contender) => ({ length: contender.length, ...summarise(contender, contenders[0]) });
  const curve = await measureCost(voice.target);
  const report = {
    machine: machine(),
    voice: voice.name,
    device,
    temperature: temperature ?? voice.manifest.sampling.temperature,
    sentences: spoken.length,
    rows: contenders.map((contender) => ({
      ...summarise(contender, contenders[0]),
      timesRealTime: median(contender.runs.flat().map(({ wall, seconds }) => (seconds * 1000) / wall)),
    })),
    plan: best && planLine(row(best), fixed.map(row), row(loaded[0])),
    ceiling: ceilings(curve, passCost(curve)),
    ...(withPeers && { peers: await peers(texts) }),
  };
  const text = markdown(report);
  const svg = await chart([{ panels: drafterPanels(report.rows) }]);
  save(out, { "speech.json": report, "speech.md": text, ...(svg && { "speech.svg": svg }) });
  console.log(text);
}

async function say(voice, sentence, setup, stream) {
  let samples = 0;
  const options = { ...setup, target: voice.target, seed: 1, stream };
  const run = await timed(voice.modality, sentence, options, (sound) => {
    samples += sound.length;
  });
  return { ...run, seconds: samples / voice.sampleRate };
}

/** The tables as Markdown. */
function markdown({ machine, voice, device, temperature, sentences, rows, plan, ceiling, peers }) {
  return paragraphs(
    `Voice ${voice}, temperature ${temperature}, ${sentences} sentences, ${device}. ${machine}.`,
    drafterTable(rows, {
      tokens: "units",
      item: "sentence",
      cost: ["ms a unit", (row) => row.msPerToken.toFixed(2)],
      all: ["times real time, sound included", (row) => row.timesRealTime.toFixed(1)],
    }),
    strayLine(rows, "units"),
    ceilingLine(ceiling, rows),
    plan,
    peers &&
      table(
        ["program, whole process", "times real time", "first sound after"],
        peers.map(({ name, timesRealTime, first }) => [
          name,
          timesRealTime.toFixed(1),
          `${first.toFixed(2)} s`,
        ]),
      ),
  );
}

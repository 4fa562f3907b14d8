// Plain decoding against each drafter: same sentences, same seeds, alternating; identical output is checked on the way.
import { readFileSync } from "node:fs";
import { passCost } from "../dist/runtime/index.js";
import { loadVoice, normalize, SPEECH_DRAFTERS, sentences, speechSetup } from "../dist/speech/index.js";
import { ceilings, drafterNames, timed } from "./contest.mjs";
import { machine, passTimes } from "./machine.mjs";
import { peers } from "./peers.mjs";
import { paragraphs, table } from "./report.mjs";
import { panels, publish, race, raceText } from "./speed.mjs";
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
  const result = await race(voice, {
    drafters,
    planned: voice.defaultDrafter,
    lengths: LENGTHS,
    setUp: (drafter) => speechSetup(voice, { drafter, sampling }),
    items: spoken,
    rounds: Number(rounds),
    nouns: "sentences",
    run: ({ setup }, sentence, index) => say(voice, sentence, setup, index),
    figures: ({ runs }) => ({
      timesRealTime: median(runs.flat().map(({ wall, seconds }) => (seconds * 1000) / wall)),
    }),
  });
  const curve = await passTimes(voice.target);
  const report = {
    machine: machine(),
    voice: voice.name,
    device,
    temperature: temperature ?? voice.manifest.sampling.temperature,
    sentences: spoken.length,
    ...result,
    ceiling: ceilings(curve, passCost(curve)),
    ...(withPeers && { peers: await peers(texts) }),
  };
  const charts = [{ panels: panels(report).panels }];
  await publish(out, "speech", { report, tables: { "speech.md": markdown(report) }, charts });
}

async function say(voice, sentence, setup, stream) {
  let samples = 0;
  const options = { ...setup, target: voice.target, seed: 1, stream };
  const run = await timed(voice.modality, sentence, options, (sound) => {
    samples += sound.length;
  });
  return { ...run, seconds: samples / voice.sampleRate };
}

function markdown({ machine, voice, device, temperature, sentences, ceiling, peers, ...result }) {
  const setting = `Voice ${voice}, temperature ${temperature}, ${sentences} sentences, ${device}. ${machine}.`;
  const columns = {
    tokens: "units",
    item: "sentence",
    cost: ["ms a unit", (row) => row.msPerToken.toFixed(2)],
    all: ["times real time, sound included", (row) => row.timesRealTime.toFixed(1)],
  };
  return paragraphs(
    raceText(setting, columns, result, ceiling),
    peers &&
      table(
        ["program, whole process", "times real time", "first sound after"],
        peers.map(({ name, timesRealTime, first }) => [
          name,
          timesRealTime.toFixed(1),
          `${first.toFixed(2)} s`,
        ]),
      ),
  ).trim();
}

// Plain decoding against each drafter: same sentences, same seeds, alternating; identical output is checked on the way.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { addMetrics, createMeter, generate } from "../dist/index.js";
import { cachedCost, passCost } from "../dist/runtime/index.js";
import { loadVoice, normalize, SPEECH_DRAFTERS, sentences, speechSetup } from "../dist/speech/index.js";
import { machine, median } from "./machine.mjs";
import { peers } from "./peers.mjs";
import { markdown, picture } from "./report.mjs";

const ROUNDS = 4;

export async function speechBench({
  sentences: count,
  temperature,
  device,
  voice: name,
  out,
  peers: withPeers,
}) {
  const voice = await loadVoice(name, { device, warn: console.error });
  const texts = readFileSync(new URL("sentences.txt", import.meta.url), "utf8")
    .trim()
    .split("\n");
  const spoken = texts.slice(0, Number(count ?? texts.length)).flatMap((text) => sentences(normalize(text)));
  const sampling = temperature === undefined ? {} : { temperature: Number(temperature) };

  const contenders = [];
  for (const drafter of ["none", ...Object.keys(SPEECH_DRAFTERS).filter((drafter) => drafter !== "none")]) {
    try {
      contenders.push({
        drafter,
        setup: await speechSetup(voice, { drafter, sampling }),
        runs: spoken.map(() => []),
      });
    } catch (error) {
      console.error(`left out ${drafter}: ${error.message}`);
    }
  }

  const total = spoken.length * (ROUNDS + 1);
  for (let round = -1, done = 0; round < ROUNDS; round++) {
    for (const [index, sentence] of spoken.entries()) {
      let wanted;
      // The order turns, so that no contender always runs behind the same other.
      const order = contenders.map((_, i) => contenders[(i + index + round + 1) % contenders.length]);
      for (const contender of order) {
        const result = await run(voice, sentence, contender.setup, index);
        const key = result.units.join();
        wanted ??= key;
        if (key !== wanted)
          throw new Error(`${contender.drafter} gave other units than ${order[0].drafter} for: ${sentence}`);
        // The first round warms up and lets the plans learn.
        if (round >= 0) contender.runs[index].push(result);
      }
      if (process.stderr.isTTY) process.stderr.write(`\r${++done} of ${total} sentences`);
    }
  }

  const curve = await cachedCost(
    voice.target,
    `bench ${Object.values(voice.manifest.files)[0].sha256} ${device}`,
  );
  const report = summarise({
    voice,
    contenders,
    spoken,
    curve,
    device,
    temperature: temperature ?? voice.manifest.sampling.temperature,
  });
  if (withPeers) report.peers = await peers(texts);
  mkdirSync(out, { recursive: true });
  writeFileSync(`${out}/speech.json`, JSON.stringify(report, null, 1));
  writeFileSync(`${out}/speech.md`, markdown(report));
  writeFileSync(`${out}/speech.svg`, await picture(report));
  console.log(markdown(report));
}

async function run(voice, sentence, setup, stream) {
  const meter = createMeter();
  const units = [];
  const began = performance.now();
  let samples = 0;
  const onRound = (round) => {
    meter.observe(round);
    units.push(...round.tokens);
  };
  for await (const sound of generate(voice.modality, sentence, {
    ...setup,
    target: voice.target,
    seed: 1,
    stream,
    onRound,
  })) {
    samples += sound.length;
  }
  return {
    units,
    metrics: meter.read(),
    wall: performance.now() - began,
    seconds: samples / voice.sampleRate,
  };
}

function summarise({ voice, contenders, spoken, curve, device, temperature }) {
  const cost = passCost(curve);
  const of = (contender, read) => contender.runs.map((runs) => median(runs.map(read)));
  const fastest = (contender) =>
    contender.runs.map((runs) => Math.min(...runs.map(({ metrics }) => metrics.time.total)));
  const plain = of(contenders[0], ({ metrics }) => metrics.time.total);
  const rows = contenders.map((contender) => {
    const times = of(contender, ({ metrics }) => metrics.time.total);
    const all = contender.runs.map((runs) => runs[0].metrics);
    const { tokensPerPass, acceptanceRate, drafted, passes, byDepth } = addMetrics(all);
    const { time } = addMetrics(contender.runs.flat().map(({ metrics }) => metrics));
    const ratios = times.map((ms, i) => plain[i] / ms);
    return {
      drafter: contender.drafter,
      tokensPerPass,
      acceptanceRate,
      meanDraft: drafted / passes,
      speedup: median(ratios),
      // Of single sentences the fastest runs are compared: a median of few carries the machine's noise.
      slowest: Math.min(...fastest(contender).map((ms, i) => fastest(contenders[0])[i] / ms)),
      msPerUnit: median(times.map((ms, i) => ms / all[i].tokens)),
      parts: Object.fromEntries(
        ["draft", "target", "verify", "rest"].map((name) => [name, time[name] / time.total]),
      ),
      decoderShare: 1 - time.total / contender.runs.flat().reduce((total, { wall }) => total + wall, 0),
      timesRealTime: median(contender.runs.flat().map(({ wall, seconds }) => (seconds * 1000) / wall)),
      byDepth: byDepth
        .slice(0, 16)
        .map((depth) => ({ drafted: depth.drafted, rate: depth.accepted / depth.drafted })),
    };
  });
  const ceiling = curve.map(([size]) => ({
    rows: size,
    ms: cost(size),
    ceiling: (size * cost(1)) / cost(size),
  }));
  return {
    machine: machine(),
    voice: voice.name,
    device,
    temperature,
    sentences: spoken.length,
    rows,
    ceiling,
  };
}

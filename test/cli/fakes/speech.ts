import { setTimeout as sleep } from "node:timers/promises";
import { addMetrics, type Metrics, usage } from "foretoken/core";
import type { SentenceReport, SpeechManifest, Voice } from "foretoken/speech";
import type { SpeechLibrary } from "../../../src/cli/host.js";
import { type FakeOptions, faked, finder, rest } from "./shared.js";

const RATE = 22050;
const SAMPLES = 768;
const UNITS = 244;

const manifest = (name: string) =>
  faked<SpeechManifest>({
    name,
    version: "1.0.0",
    license: "CC0-1.0",
    files: {},
    target: { graph: "target.onnx" },
    sampleRate: RATE,
    units: { count: UNITS, end: UNITS, begin: 245, symbols: 247, samples: SAMPLES },
    decoder: { pad: UNITS },
    encoder: name === "deaf" ? undefined : { graph: "encoder.onnx" },
  });

/** Ten units a word, a unit a token, four tokens a pass unless drafting is off. */
function report(text: string, index: number, of: number, plain: boolean): SentenceReport {
  const count = 10 * text.split(" ").length;
  const units = Array.from({ length: count }, (_, i) => (i * 7 + text.length) % UNITS);
  const passes = plain ? count : Math.ceil(count / 4);
  const byDepth = (plain ? [] : [0, 1, 2]).map((depth) => ({
    drafted: passes,
    reached: passes - Math.max(0, depth - 1),
    accepted: passes - depth,
  }));
  const counts = faked<Metrics>({
    tokens: count,
    passes,
    drafted: byDepth.length * passes,
    accepted: plain ? 0 : 3 * passes - 3,
    byDepth,
    time: { draft: 1, target: passes, verify: 0.5, rest: 0.5, total: passes + 2 },
  });
  const seconds = (count * SAMPLES) / RATE;
  return { index, of, text, units, seconds, metrics: addMetrics([counts]), decodeTime: 2 };
}

function plannedSentences(text: string) {
  const found = text.split(/(?<=[.!?])\s+/).filter((sentence) => /[a-z]/i.test(sentence));
  if (!found.length)
    throw usage(text.trim() ? `there is nothing to say in ${JSON.stringify(text)}` : "the text is empty");
  return found.map((sentence) => ({ text: sentence, pause: 0 }));
}

/** Speech without a model: a sentence is a constant tone, 100 samples a unit. */
export function fakeSpeech({ pause = 0, differs = false, load = 0 }: FakeOptions = {}): SpeechLibrary {
  const names = ["deaf", "joe"];
  return faked<SpeechLibrary>({
    DEFAULT_VOICE: "joe",
    listVoices: () => names,
    findVoice: finder(names, manifest),
    prepare: async (spoken) => spoken,
    plannedSentences,
    async loadVoice(name = "joe") {
      await sleep(load);
      return faked<Voice>({
        name,
        device: "cpu",
        manifest: manifest(name),
        sampleRate: RATE,
        defaultDrafter: "follow",
        decoder: {
          stream: () => ({
            push: async (some) => new Float32Array(some.length * SAMPLES).fill(0.25),
            finish: async () => new Float32Array(0),
          }),
        },
        encode: async (samples) =>
          Array.from({ length: Math.floor(samples.length / SAMPLES) }, (_, i) => i % UNITS),
      });
    },
    async *speak(text, { drafter, onSentence, signal, seed = 0 } = {}) {
      const planned = typeof text === "string" ? plannedSentences(text) : text;
      for (const [index, { text: sentence }] of planned.entries()) {
        const done = report(sentence, index, planned.length, drafter === "none");
        const units = [...done.units];
        if (differs && drafter !== "none") units[0] = (units[0] + seed + 1) % UNITS;
        for (let i = 0; i < units.length; i += 10) {
          await rest(pause, signal);
          yield { samples: new Float32Array(1000).fill(0.5), sampleRate: RATE };
        }
        onSentence?.({ ...done, units });
      }
    },
  });
}

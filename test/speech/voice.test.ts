import { beforeAll, describe, expect, it } from "vitest";
import { mediumChecks, modalityChecks } from "../../src/conformance/index.js";
import { chain, createMeter, type Drafter, decode, type Round, type Token } from "../../src/core/index.js";
import { generate } from "../../src/medium/generate.js";
import { fixedLength } from "../../src/plans/index.js";
import {
  concat,
  loadVoice,
  type SentenceReport,
  SPEECH_DRAFTERS,
  type SpeechDrafterName,
  speak,
  speechSetup,
  type Voice,
} from "../../src/speech/index.js";
import { block, identical, rejection } from "../../src/verifiers/index.js";
import { conforms } from "../conformance/run.js";

let voice: Voice;
beforeAll(async () => {
  voice = await loadVoice();
});

const SENTENCE = "Please call the doctor at half past ten.";

async function units(
  drafter: SpeechDrafterName,
  temperature: number,
  options: { verifier?: typeof identical; length?: number; seed?: number; signal?: AbortSignal } = {},
) {
  const meter = createMeter();
  const { length = 6, verifier = identical, seed = 3, signal } = options;
  const setup = await speechSetup(voice, { drafter, sampling: { temperature }, draftLength: length });
  const tokens: Token[] = [];
  const onRound = (round: Parameters<typeof meter.observe>[0]) => {
    meter.observe(round);
    tokens.push(...round.tokens);
  };
  for await (const _ of generate(voice.modality, SENTENCE, {
    ...setup,
    verifier: verifier(),
    target: voice.target,
    seed,
    signal,
    onRound,
  }));
  return { ...meter.read(), tokens };
}

conforms(
  "the voice",
  mediumChecks({
    drafters: Object.keys(SPEECH_DRAFTERS),
    least: { follow: 3, reference: 2, model: 2 },
    make: ({ drafter, temperature, ...rest }) => units(drafter as SpeechDrafterName, temperature, rest),
  }),
);

describe("the voice", () => {
  it("tells of every round, sentence for sentence", async () => {
    const rounds: number[] = [];
    const said: number[] = [];
    const onRound = ({ tokens }: Round) => rounds.push(tokens.length);
    const onSentence = ({ metrics }: SentenceReport) => said.push(metrics.tokens);
    for await (const _ of speak("Good morning. It is late.", { voice, onRound, onSentence }));
    expect(said).toHaveLength(2);
    expect(rounds.reduce((sum, count) => sum + count, 0)).toBe(said[0] + said[1]);
  });

  it("ends with the unit that says so", async () => {
    expect((await units("none", 0)).tokens.at(-1)).toBe(voice.manifest.units.end);
  });

  it("rejection and block verification end, too", async () => {
    for (const verifier of [rejection, block]) {
      const { tokens, tokensPerPass } = await units("follow", 1, { verifier: verifier as typeof identical });
      expect(tokens.at(-1)).toBe(voice.manifest.units.end);
      expect(tokensPerPass).toBeGreaterThan(2);
    }
  });
});

conforms(
  "speech",
  modalityChecks(async () => (await loadVoice()).modality, {
    prompts: ["Good morning.", "Is it late?"],
    rounds: (encoded) => rounds(encoded),
    equal: (a, b) => Math.max(...difference(concat(a), concat(b))) < 5e-5,
  }),
);

async function* rounds(encoded: Parameters<typeof decode>[0]["encoded"]) {
  const { target, modality } = voice;
  const guess: Drafter = { name: "zeros", start: async () => ({ propose: () => chain([0, 0]) }) };
  const rules = modality.rules?.(encoded as never);
  yield* decode({
    target,
    encoded,
    verifier: identical(),
    drafter: guess,
    plan: fixedLength(2),
    rules,
    sampling: { temperature: 0 },
  });
}

const difference = (a: Float32Array, b: Float32Array) =>
  a.length === b.length ? a.map((value, i) => Math.abs(value - b[i])) : [1];

describe("sound", () => {
  it("decoded in pieces equals sound decoded in one go, to 5e-5 of full scale", async () => {
    const { tokens } = await units("follow", 0);
    const said = tokens.slice(0, -1);
    const whole = await voice.decoder.decode(said);
    expect(whole.length).toBe(said.length * voice.manifest.units.samples);
    for (const step of [1, 7, 50]) {
      const stream = voice.decoder.stream();
      const parts: Float32Array[] = [];
      for (let at = 0; at < said.length; at += step) {
        const part = await stream.push(said.slice(at, at + step));
        if (part) parts.push(part);
      }
      expect(parts.length).toBeGreaterThan(0);
      parts.push(await stream.finish());
      expect(Math.max(...difference(concat(parts), whole))).toBeLessThan(5e-5);
    }
  });

  it("is neither silent nor clipped, starts and ends quietly, and lasts as a person would", async () => {
    const { tokens } = await units("follow", 0);
    const sound = await voice.decoder.decode(tokens.slice(0, -1));
    const loud = sound.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    expect(loud).toBeGreaterThan(0.2);
    expect(loud).toBeLessThan(1);
    expect(Math.abs(sound[0]) + Math.abs(sound[sound.length - 1])).toBeLessThan(0.02);
    const seconds = sound.length / voice.sampleRate;
    expect(seconds).toBeGreaterThan(1.5);
    expect(seconds).toBeLessThan(4);
  });

  it("encodes back to mostly the same units", async () => {
    const { tokens } = await units("follow", 0);
    const said = tokens.slice(0, -1);
    const heard = await voice.encode?.(await voice.decoder.decode(said));
    const same = said.filter((unit, i) => unit === heard?.[i]).length;
    expect(same / said.length).toBeGreaterThan(0.7);
    await expect(voice.encode?.(new Float32Array(0))).rejects.toThrow(/empty/);
  });
});

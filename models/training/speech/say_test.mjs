// Says the test sentences with a voice of the package, as any user would hear them: OUT/000.wav, ... and OUT/texts.json.
// Usage: node models/training/speech/say_test.mjs WORK OUT [--voice NAME] [--temperature T] [--sentences N]   (after npm run build)
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import wavefile from "wavefile";
import { concat, loadVoice, speak } from "../../../dist/speech/index.js";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { voice: { type: "string" }, temperature: { type: "string" }, sentences: { type: "string" } },
});
const [work, out] = positionals;
const lines = readFileSync(`${work}/sentences.tsv`, "utf8").trimEnd().split("\n");
const texts = lines.map((line) => line.split("\t")).flatMap(([split, , text]) => (split === "test" ? [text] : []));
const chosen = texts.slice(0, Number(values.sentences ?? texts.length));
const sampling = values.temperature === undefined ? {} : { temperature: Number(values.temperature) };

mkdirSync(out, { recursive: true });
const voice = await loadVoice(values.voice);
for (const [seed, text] of chosen.entries()) {
  const parts = [];
  for await (const { samples } of speak(text, { voice, sampling, seed })) parts.push(samples);
  const wav = new wavefile.WaveFile();
  wav.fromScratch(1, voice.sampleRate, "16", Int16Array.from(concat(parts), (value) => value * 32767));
  writeFileSync(`${out}/${String(seed).padStart(3, "0")}.wav`, wav.toBuffer());
}
writeFileSync(`${out}/texts.json`, JSON.stringify(chosen));

// A medium of one's own: melodies. The library is used as it is; nothing in it knows what a note is.
import { createMeter, fixedLength, functionModel, generate, type Modality } from "foretoken";
import { lookup } from "foretoken/drafters";

const NAMES = ["C", "D", "E", "F", "G", "A", "B", "c", "d", "e", "f", "g", "end"];
const END = NAMES.length - 1;

/** The toy target: likes small steps and what it played four notes ago, and ends on a C. */
export const target = functionModel(
  (tune) =>
    Float32Array.from(NAMES, (_, note) => {
      if (note === END) return tune.length > 24 && tune.at(-1) === 0 ? 3 : -9;
      return (note === tune.at(-4) ? 5 : 0) - Math.abs(note - (tune.at(-1) ?? 0)) / 2;
    }),
  { vocabularySize: NAMES.length },
);

/** First notes in; names of notes out, as they are made. */
export const melody: Modality<string, string> = {
  name: "melody",
  encode: async (prompt) => ({ tokens: prompt.split(" ").map((name) => NAMES.indexOf(name)), maxTokens: 64 }),
  rules: () => ({
    start: -1,
    advance: (_, note) => note,
    mask: () => undefined,
    ended: (note) => note === END,
  }),
  async *decode(rounds) {
    for await (const { tokens } of rounds)
      yield* tokens.filter((note) => note !== END).map((note) => NAMES[note]);
  },
};

export async function play(prompt: string, seed: number) {
  const meter = createMeter();
  const plan = fixedLength(4);
  const notes: string[] = [];
  const tune = generate(melody, prompt, { target, drafter: lookup(), plan, seed, onRound: meter.observe });
  for await (const note of tune) notes.push(note);
  return { notes: notes.join(" "), notesPerPass: meter.read().tokensPerPass };
}

import type { Method } from "./types.js";

/** Other models that guess: small ones, and those that read the prompt once and then guess from tables. */
export const MODELS: readonly Method[] = [
  {
    name: "SpS",
    family: "model",
    source: "Leviathan et al. 2023, Chen et al. 2023",
    how: "A small language model of the same tokens guesses token by token, a pass of its own for each.",
    pays: "Where its pass costs a small share of the target's: the share of guesses that stand must be above it.",
    drafters: { text: ["model"], speech: ["model"] },
    reported: { speedup: "1.9x-2.5x", on: "Chinchilla 70B" },
    specBench: 1.79,
  },
  {
    name: "CS Drafting",
    family: "model",
    source: "Chen et al. 2023",
    how: "A cascade: prompt lookup drafts for the small model, whose passes check several tokens of it at once.",
    pays: "Where answers repeat what was said before and the small model is slow; elsewhere it is the small model alone.",
    drafters: { text: ["cascade"] },
  },
  {
    name: "Text follower",
    family: "model",
    source: "here",
    how: "A reader takes the text in once; tables then say, from the phone the voice is at and the last units, which come next.",
    pays: "For speech nearly always: a guess costs microseconds, and the text says what comes.",
    drafters: { speech: ["follow"] },
  },
  {
    name: "Drafted reference",
    family: "model",
    source: "here, after SpecDec and LLMA",
    how: "The text follower guesses the whole sentence beforehand; the voice's place in it is found again behind each slip.",
    pays: "Where the first guess keeps in step with the voice: following it anew each round is surer, and costs hardly more.",
    drafters: { speech: ["reference"] },
  },
];

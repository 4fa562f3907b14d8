import type { Method } from "./types.js";

const ALIGN = "models/training/align";

/** How drafters are taught to guess as their target says, and what is done with speculation besides decoding. */
export const ALIGNMENT: readonly Method[] = [
  {
    name: "Seq-KD",
    family: "alignment",
    source: "Kim and Rush 2016; Stern et al. 2018, Xia et al. 2023",
    how: "The drafter learns the tokens that the target has written.",
    pays: "Where only the target's texts are at hand; its chances teach faster.",
    place: ALIGN,
  },
  {
    name: "KD",
    family: "alignment",
    source: "Hinton et al. 2015; EAGLE, Li et al. 2024",
    how: "The drafter learns the target's chances of all tokens at each place (forward KL).",
    pays: "In short training it taught fastest at every temperature tried.",
    place: ALIGN,
  },
  {
    name: "DistillSpec",
    family: "alignment",
    source: "Zhou et al. 2024",
    how: "The divergence is chosen for acceptance: total variation, Jensen-Shannon, reverse KL; on the drafter's own sequences or not.",
    pays: "After long training; in short training forward KL was ahead of all of them.",
    place: ALIGN,
    reported: { speedup: "1.10x-1.45x over an unaligned drafter", on: "T5-XL (3B) and others" },
  },
  {
    name: "Col-BT",
    family: "alignment",
    source: "Miao et al. 2024 (SpecInfer)",
    how: "Of several small models each learns where the ones before it were wrong.",
    pays: "Where trees are judged: the second model's guesses are for the places the first one misses.",
    place: "models/training/text/drafts.py",
  },
  {
    name: "RaLMSpec",
    family: "application",
    source: "Zhang et al. 2024",
    how: "Speculative retrieval: passages found before stand in for the retriever, several steps are checked in one search, and writing goes back to the first that was wrong.",
    pays: "Where a search takes long beside the tokens between two of them.",
    place: "retrievalWriter in foretoken/text",
    reported: {
      speedup: "1.75x-2.39x (exact dense retriever), 1.31x-1.77x (sparse)",
      on: "three language models, four QA sets",
    },
  },
  {
    name: "Online speculative decoding (OSD)",
    family: "application",
    source: "Liu et al. 2024",
    how: "A drafter that goes on learning while it serves: counts at once, a small network by gradient steps between answers.",
    pays: "Where prompts of one kind come one after the other.",
    drafters: { text: ["osd"] },
  },
];

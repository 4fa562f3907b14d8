import type { Method } from "./types.js";

const DRAFTS = "models/training/text/drafts.py";

/** How drafters are taught to guess as their target says, and what is done with speculation besides decoding. */
export const ALIGNMENT: readonly Method[] = [
  {
    name: "Seq-KD",
    family: "alignment",
    source: "Kim and Rush 2016; Stern et al. 2018, Xia et al. 2023",
    how: "The drafter learns the tokens that the target has written.",
    pays: "Where only the target's texts are at hand; its chances teach faster.",
    place: DRAFTS,
  },
  {
    name: "KD",
    family: "alignment",
    source: "Hinton et al. 2015; EAGLE, Li et al. 2024",
    how: "The drafter learns the target's chances of all tokens at each place (forward KL).",
    pays: "In short training it taught fastest at every temperature tried.",
    place: DRAFTS,
  },
  {
    name: "DistillSpec",
    family: "alignment",
    source: "Zhou et al. 2024",
    how: "The divergence is chosen for acceptance: total variation, Jensen-Shannon, reverse KL; on the drafter's own sequences or not.",
    pays: "After long training; in short training forward KL was ahead of all of them.",
    place: DRAFTS,
    reported: { speedup: "1.10x-1.45x over an unaligned drafter", on: "T5-XL (3B) and others" },
  },
  {
    name: "Col-BT",
    family: "alignment",
    source: "Miao et al. 2024 (SpecInfer)",
    how: "Of several small models each learns where the ones before it were wrong.",
    pays: "Where trees are judged: the second model's guesses are for the places the first one misses.",
    place: DRAFTS,
  },
];

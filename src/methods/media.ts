import type { Medium } from "./types.js";

/** Media with models, and the command that makes each. */
export const MEDIA: Readonly<Record<Medium, string>> = {
  text: "write",
  speech: "speak",
  image: "draw",
  video: "animate",
};

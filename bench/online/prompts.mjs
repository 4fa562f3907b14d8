// Prompts of one kind, as a service of one task gets them: the same request for one thing after the other. The things are those
// that the model of films knows by name.
import { readFileSync } from "node:fs";

export const KINDS = {
  shop: (thing) => `Write a short product description for an online shop. The product: ${thing}.`,
  story: (thing) => `Tell a very short story for small children. It is about this: ${thing}.`,
};

/** So many things, evenly spread over what there is. */
export function things(count) {
  const words = new URL("../../models/sprites/words.json", import.meta.url);
  const all = JSON.parse(readFileSync(words, "utf8")).things.map(({ name }) => name);
  if (count > all.length)
    throw new Error(`there are ${all.length} things to ask about: ask for fewer prompts`);
  return Array.from({ length: count }, (_, i) => all[Math.floor(((i + 0.5) * all.length) / count)]);
}

/** The same things in an order of chance, always the same one: neighbours in the list resemble each other. */
export function shuffled(list, seed = 1) {
  const keyed = list.map((item, i) => [Math.imul((i + 1) * 0x9e3779b1 + seed, 0x85ebca6b) >>> 0, item]);
  return keyed.sort(([a], [b]) => a - b).map(([, item]) => item);
}

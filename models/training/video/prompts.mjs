// Prompts as training showed them.
import { readHeldOut, sentence, spread, stylesOf } from "../../../bench/video/prompts.mjs";

/** Things with motions that were not held out, some that meet, some animations; all styles, every other on a ground. */
export function trainingPrompts(found, count) {
  const { words, pairs } = readHeldOut(found);
  const grounds = found.manifest.backgrounds.names;
  const heldOut = new Set(pairs.map((pair) => pair.join()));
  const motions = [...new Set(pairs.map(([, motion]) => motion))];
  const styles = stylesOf(words);
  const things = spread(words.things, count).map(({ name }) => name);
  return things.map((thing, i) => {
    if (i % 12 === 5) return { text: `a ${thing} meets a ${things[i - 1]}`, style: styles[i % styles.length] };
    if (i % 12 === 11) return { text: spread(words.animations, count)[i], style: "animated" };
    const turned = motions.map((_, k) => motions[(i + k) % motions.length]);
    const motion = turned.find((one) => !heldOut.has([thing, one].join()));
    const ground = i % 2 ? ` on ${grounds[i % grounds.length]}` : "";
    return { text: sentence(words, thing, motion) + ground, style: styles[i % styles.length] };
  });
}

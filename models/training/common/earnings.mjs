// What is known of a drafter's guesses before its first run, so that the product's plan need not begin with nothing: a model
// draws, films or says what training showed it, with its usual drafter and its own plan, which learns on the way.
//   node earnings.mjs MODEL [PROMPTS]      (after npm run build) writes `earnings` into MODEL/model.json
// What is kept are counts of guesses; the clock only chose how many there were.
import { readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { spread } from "../../../bench/video/prompts.mjs";
import { loadImageModel } from "../../../dist/image/index.js";
import { loadVoice, speak } from "../../../dist/speech/index.js";
import { findVideoModel, loadVideoModel } from "../../../dist/video/index.js";
import { trainingPrompts } from "../video/prompts.mjs";

/** In the manner of the books that voices are trained on; none of them is in a test set. */
const SENTENCES = [
  "The kettle had been singing for some time before anyone heard it.",
  "We took the early train, and were home by nine.",
  "Is there anything left of the bread?",
  "He put the letter in his pocket, and said nothing more about it.",
  "The garden was wet, for it had rained all night.",
  "I cannot tell you where she went, nor why.",
  "Four men stood by the gate, waiting for the doctor.",
  "That is the third time this week!",
  "It would be a mistake, I think, to ask him again so soon.",
  "The road went down to the river, over the old bridge, and up the hill on the other side.",
  "Her brother laughed, and shut the window.",
  "Nobody in the village remembered the name of the ship.",
];

/** Captions as training showed them, each in a style that it was shown in. */
function captions({ words }, count) {
  const shown = Object.entries(JSON.parse(readFileSync(join(folder, words), "utf8")).captions);
  return spread(shown, count).map(([text, [style]]) => ({ text, style }));
}

/** By kind of model: how to load one, its prompts, and how a prompt is run. */
const MEDIA = {
  image: {
    load: loadImageModel,
    prompts: ({ manifest }, count) => captions(manifest, count),
    run: (model, { text, style }, stream) => model.tokens(text, { style, seed: 1, stream }),
  },
  video: {
    load: loadVideoModel,
    prompts: (_, count) => trainingPrompts(findVideoModel(folder), count),
    run: (model, { text, style }, stream) => model.animate(text, { style, seed: 1, stream }),
  },
  speech: {
    load: loadVoice,
    prompts: (_, count) => spread(SENTENCES, count),
    run: (voice, text, seed) => speak(text, { voice, seed }),
  },
};

const [path, count = "24"] = process.argv.slice(2);
const folder = resolve(path);
const file = join(folder, "model.json");
const manifest = JSON.parse(readFileSync(file, "utf8"));
const write = (earnings) => writeFileSync(file, `${JSON.stringify({ ...manifest, earnings }, null, 1)}\n`);
// The plan is to begin with nothing: what an earlier run left there would count twice.
write({});
const { load, prompts, run } = MEDIA[manifest.kind];
const model = await load(folder);
for (const [i, prompt] of prompts(model, Number(count)).entries()) {
  for await (const _ of run(model, prompt, i));
  console.log(prompt.text ?? prompt);
}
const { defaultDrafter } = model;
write({ [defaultDrafter]: (await model.plan(defaultDrafter)).known() });

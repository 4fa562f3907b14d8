// What is known of a drafter's guesses before its first run, so that the product's plan need not begin with nothing: a model
// draws, films or says what training showed it, with its usual drafter and drafts of fixed lengths.
//   node earnings.mjs MODEL [PROMPTS]      (after npm run build) writes `earnings` into MODEL/model.json
// What is kept are counts of guesses, and tokens a pass by length.
import { readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { spread } from "../../../bench/video/prompts.mjs";
import { loadImageModel } from "../../../dist/image/index.js";
import { createEarnings } from "../../../dist/plans/earnings.js";
import { loadVoice, speak } from "../../../dist/speech/index.js";
import { loadText } from "../../../dist/text/index.js";
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

/** What people ask; none of it is among the bench's prompts. */
const QUESTIONS = [
  "How do I make a good cup of tea?",
  "Write a short story about a fox who is afraid of the dark.",
  "What is the difference between a lake and a sea?",
  "Translate to French: The train leaves at nine, and we are still at home.",
  "Summarize in one sentence: The garden was wet, for it had rained all night. The dog lay by the door and would not go out, and the children, who had wanted to play, sat at the window and counted the drops.",
  "Give me five tips for learning a language.",
  "A box holds 12 eggs. How many eggs are in 7 boxes, and how many boxes do I need for 100 eggs?",
  "Correct the grammar: She don't likes to going to the market on sundays.",
  "Explain what a computer virus is to my grandmother.",
  "Write an email to my landlord about a broken heater.",
  "Why do leaves change their colour in autumn?",
  "List three advantages and three disadvantages of living in a city.",
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
    lengths: [4, 8, 12, 16, 20, 24, 28, 32],
    run: (model, { text, style }, stream, options) => model.tokens(text, { ...options, style, seed: 1, stream }),
  },
  video: {
    load: loadVideoModel,
    prompts: (_, count) => trainingPrompts(findVideoModel(folder), count),
    lengths: [8, 16, 24, 32, 48, 64],
    run: (model, { text, style }, stream, options) => model.animate(text, { ...options, style, seed: 1, stream }),
  },
  text: {
    load: loadText,
    prompts: (_, count) => Array.from({ length: count }, (_, i) => QUESTIONS[i % QUESTIONS.length]),
    lengths: [1, 2, 3, 4, 6, 8],
    run: (model, text, stream, options) => {
      model.forget();
      return model.write(text, { ...options, maxTokens: 200, seed: 1, stream });
    },
  },
  speech: {
    load: loadVoice,
    // Each several times, with another seed.
    prompts: (_, count) => Array.from({ length: count }, (_, i) => SENTENCES[i % SENTENCES.length]),
    lengths: [2, 4, 6, 8, 12, 16, 24],
    run: (voice, text, seed, options) => speak(text, { ...options, voice, seed }),
  },
};

/** Rounds. */
const WEIGHT = 200;

const [path, count = "120"] = process.argv.slice(2);
const folder = resolve(path);
const file = join(folder, "model.json");
const manifest = JSON.parse(readFileSync(file, "utf8"));
const write = (earnings) => writeFileSync(file, `${JSON.stringify({ ...manifest, earnings }, null, 1)}\n`);
const { load, prompts, run, lengths } = MEDIA[manifest.kind];
const model = await load(folder);
const all = [...prompts(model, Number(count)).entries()];

const earnings = createEarnings(lengths.at(-1), undefined, 1);
let rounds = 0;
const brought = [];
for (const length of lengths) {
  let [tokens, passes] = [0, 0];
  for (const [i, prompt] of all) {
    const sequence = earnings.start();
    const onRound = (round) => {
      sequence.observe(round, length, round.draft.tokens.length);
      tokens += round.tokens.length;
      passes++;
    };
    for await (const _ of run(model, prompt, i, { draftLength: length, onRound }));
  }
  rounds += passes;
  brought.push([length, Number((tokens / passes).toFixed(2))]);
  console.log(`drafts of ${length}: ${brought.at(-1)[1]} tokens a pass`);
}
// As much as a plan would remember at a time: what it sees itself is to count as well.
const weighed = (counts) => counts.map((value) => Number(((value * WEIGHT) / rounds).toFixed(2)));
const { stood, tried } = earnings.known();
write({ [model.defaultDrafter]: { stood: weighed(stood), tried: weighed(tried), brought } });

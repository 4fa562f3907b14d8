// npm run bench -- forms
// npm run bench -- plan
// npm run bench -- speech [--sentences N] [--peers] [options]
// npm run bench -- image [--prompts N] [options]
// npm run bench -- image --relaxed [--prompts N] [--seeds K] [options]
// npm run bench -- image --picture FILE [--prompt TEXT] [--style NAME] [--seed S]
// npm run bench -- video [--prompts N] [--recall SHARE] [--json] [options]
// npm run bench -- text [--prompts N (a category)] [--all] [--tokens N] [--gguf FILE (node-llama-cpp beside us)] [--transformers FOLDER (transformers.js)] [options]
// npm run bench -- verifiers [--prompts N (a category)] [--all] [--tokens N] [options]
// npm run bench -- methods [--prompts N (a category)] [--all] [--tokens N] [--drafter A,B (those anew)] [--weights NAME] [--datastore FILE] [options]
// npm run bench -- online [--prompts N] [--tokens N]
// npm run bench -- retrieval [--prompts N] [--tokens N]
// options: [--drafter NAME ...] [--rounds R] [--temperature T] [--device cpu|webgpu] [--out DIR] [--voice or --model NAME]
import { mkdtempSync, rmSync } from "node:fs";
import { loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { formsBench } from "./forms.mjs";
import { imageBench } from "./image.mjs";
import { methodsBench } from "./methods.mjs";
import { onlineBench } from "./online.mjs";
import { planBench } from "./plan.mjs";
import { retrievalBench } from "./retrieval.mjs";
import { speechBench } from "./speech.mjs";
import { textBench } from "./text.mjs";
import { verifiersBench } from "./verifiers.mjs";
import { videoBench } from "./video.mjs";

const benches = {
  speech: speechBench,
  image: imageBench,
  video: videoBench,
  text: textBench,
  verifiers: verifiersBench,
  methods: methodsBench,
  online: onlineBench,
  retrieval: retrievalBench,
  forms: formsBench,
  plan: planBench,
};
const text = { type: "string" };
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    sentences: text,
    prompts: text,
    seeds: text,
    rounds: text,
    drafter: { type: "string", multiple: true },
    temperature: text,
    recall: text,
    device: { type: "string", default: "cpu" },
    voice: text,
    model: text,
    out: { type: "string", default: "bench/out" },
    peers: { type: "boolean", default: false },
    all: { type: "boolean", default: false },
    tokens: text,
    gguf: text,
    transformers: text,
    weights: text,
    datastore: text,
    relaxed: { type: "boolean", default: false },
    json: { type: "boolean", default: false },
    picture: text,
    prompt: text,
    style: text,
    seed: text,
  },
});
const bench = benches[positionals[0]];
if (!bench) {
  console.error(`foretoken bench: name one of ${Object.keys(benches).join(", ")}`);
  process.exit(2);
}
const load = loadavg()[0];
if (load > 0.5) console.error(`warning: the machine is busy (load ${load.toFixed(2)}): ratios will be off`);
await withFreshCache(() => bench(values));

/** What passes cost is measured anew for every bench: plans must not go by what another hour's machine took. */
async function withFreshCache(work) {
  const folder = mkdtempSync(join(tmpdir(), "foretoken-bench-"));
  process.env.FORETOKEN_CACHE = folder;
  try {
    await work();
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

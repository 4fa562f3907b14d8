// transformers.js in a process of its own, as node-llama-cpp. Gets { tokens, most }, answers { prompt, generation, tokens }.
import { basename, dirname } from "node:path";
import {
  AutoModelForCausalLM,
  env,
  Tensor,
} from "../peers/node_modules/@huggingface/transformers/dist/transformers.node.mjs";

const [folder] = process.argv.slice(2);
env.allowRemoteModels = false;
env.localModelPath = dirname(folder);
const model = await AutoModelForCausalLM.from_pretrained(basename(folder), { dtype: "fp32", device: "cpu" });

async function write({ tokens, most }) {
  const shape = [1, tokens.length];
  const int64 = (numbers) => new Tensor("int64", BigInt64Array.from(numbers, BigInt), shape);
  const made = [];
  const began = performance.now();
  let first = began;
  let asked = true;
  const streamer = {
    // The prompt comes first.
    put([[...ids]]) {
      if (!asked) {
        if (made.length === 0) first = performance.now();
        made.push(...ids.map(Number));
      }
      asked = false;
    },
    end() {},
  };
  const inputs = { input_ids: int64(tokens), attention_mask: int64(tokens.map(() => 1)) };
  await model.generate({ ...inputs, max_new_tokens: most, do_sample: false, streamer });
  return { prompt: first - began, generation: performance.now() - first, tokens: made };
}

process.on("message", async (job) => process.send(await write(job)));
process.send("ready");

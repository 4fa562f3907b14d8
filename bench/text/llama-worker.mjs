// node-llama-cpp in a process of its own: two engines whose threads share one would disturb each other.
// Gets { tokens, most, lookup, force }, answers { prompt, generation, tokens } in milliseconds, or { next } for `force`.
import { getLlama, InputLookupTokenPredictor } from "../peers/node_modules/node-llama-cpp/dist/index.js";

const [gguf, contextSize] = [process.argv[2], Number(process.argv[3])];
const llama = await getLlama({ gpu: false, maxThreads: 2, logLevel: "error" });
const model = await llama.loadModel({ modelPath: gguf });
const context = await model.createContext({ contextSize, threads: 2, batchSize: 512, sequences: 2 });
const sequences = {
  plain: context.getSequence(),
  lookup: context.getSequence({ tokenPredictor: new InputLookupTokenPredictor() }),
};
const greedy = { temperature: 0 };

/** Reads a prompt and generates behind it. */
async function write({ tokens, most, lookup }) {
  const sequence = sequences[lookup ? "lookup" : "plain"];
  await sequence.clearHistory();
  const began = performance.now();
  const made = [];
  let first = began;
  for await (const token of sequence.evaluate(tokens, greedy)) {
    if (made.length === 0) first = performance.now();
    made.push(token);
    if (made.length >= most || model.isEogToken(token)) break;
  }
  return { prompt: first - began, generation: performance.now() - first, tokens: made };
}

/** The likeliest token behind each of the last `count` tokens. */
async function force({ tokens, force: count }) {
  const sequence = sequences.plain;
  await sequence.clearHistory();
  const from = tokens.length - count;
  const asked = tokens.map((token, i) =>
    i >= from ? [token, { generateNext: { token: true, options: greedy } }] : token,
  );
  const results = await sequence.controlledEvaluate(asked);
  return { next: results.slice(from).map((result) => result?.next?.token) };
}

process.on("message", async (job) => process.send(await (job.force ? force(job) : write(job))));
process.send("ready");

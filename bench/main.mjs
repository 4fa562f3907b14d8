// npm run bench -- forms
// npm run bench -- speech [--sentences N] [--temperature T] [--device cpu|webgpu] [--out DIR]
import { loadavg } from "node:os";
import { parseArgs } from "node:util";
import { formsBench } from "./forms.mjs";
import { speechBench } from "./speech.mjs";

const benches = { speech: speechBench, forms: formsBench };
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    sentences: { type: "string" },
    temperature: { type: "string" },
    device: { type: "string", default: "cpu" },
    voice: { type: "string" },
    out: { type: "string", default: "bench/out" },
    peers: { type: "boolean", default: false },
  },
});
const bench = benches[positionals[0]];
if (!bench) {
  console.error(`foretoken bench: name one of ${Object.keys(benches).join(", ")}`);
  process.exit(2);
}
const load = loadavg()[0];
if (load > 0.5) console.error(`warning: the machine is busy (load ${load.toFixed(2)}): ratios will be off`);
await bench(values);

// npm run bench -- forms: what a pass of the voice's target costs in each form its weights can take, by rows.
import { join } from "node:path";
import { languageModel, openSession, passCost } from "../dist/runtime/index.js";
import { findVoice } from "../dist/speech/index.js";
import { machine, passTimes } from "./machine.mjs";
import { table } from "./report.mjs";

const SIZES = [1, 2, 4, 6, 8, 12, 16, 24, 32];

export async function formsBench({ voice = "joe" }) {
  const { manifest, folder } = findVoice(voice);
  const { target } = manifest;
  const forms = [
    ["8-bit weights and activations, fixed scales", target.graph, {}],
    ["8-bit weights, activations rounded by row (DequantizeLinear, fused)", target.float, {}],
    ["float32", target.float, { unfold: true }],
  ];
  const rows = [];
  // One after another: sessions that share a process would share its cores with spinning threads.
  for (const [name, graph, options] of forms) {
    const session = await openSession(join(folder, graph), options);
    const cost = passCost(
      await passTimes(await languageModel(session, target), { sizes: SIZES, repeats: 25 }),
    );
    rows.push([name, ...SIZES.map(cost)]);
    await session.release();
  }
  const [fastest] = rows.map((row) => row[1]).sort((a, b) => a - b);
  console.log(`Milliseconds a pass, in brackets over one row of the fastest form. ${machine()}.\n`);
  const cells = rows.map(([name, ...times]) => [
    name,
    ...times.map((ms) => `${ms.toFixed(2)} (${(ms / fastest).toFixed(1)})`),
  ]);
  console.log(table(["form", ...SIZES], cells));
}

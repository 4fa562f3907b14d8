// A small classifier says which caption a picture was drawn for. See models/training/image/judge.py.
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { openSession } from "../../dist/runtime/index.js";
import { ort } from "../../dist/runtime/ort.js";

const FOLDER = new URL("../judge/", import.meta.url);

/** Undefined where its files are missing. */
export async function openJudge() {
  const graph = new URL("judge.onnx", FOLDER);
  if (!existsSync(graph)) return undefined;
  const { classes, figures } = JSON.parse(readFileSync(new URL("judge.json", FOLDER), "utf8"));
  const session = await openSession(fileURLToPath(graph), { quiet: true });
  const { Tensor } = await ort();

  async function guess(tokens) {
    const ids = new Tensor("int64", BigInt64Array.from(tokens, BigInt), [1, tokens.length]);
    const results = await session.run({ tokens: ids });
    const logits = results.logits.data;
    return classes[logits.indexOf(logits.reduce((most, value) => Math.max(most, value)))];
  }

  return {
    figures,
    /** The share of pictures recognised, of those whose caption it knows. */
    async share(pictures) {
      const known = pictures.filter(({ caption }) => classes.includes(caption));
      let right = 0;
      for (const { caption, tokens } of known) if ((await guess(tokens)) === caption) right++;
      return right / known.length;
    },
  };
}

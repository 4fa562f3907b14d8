import { statSync } from "node:fs";
import { usage } from "../../core/errors.js";
import { checkPlace } from "../../files/place.js";
import { orAbort } from "../host.js";
import { command } from "../make.js";
import { chooseModel } from "../models.js";
import { count, inSeconds } from "../report.js";
import type { BuildFlags } from "./options.js";

/** `foretoken datastore build` */
export const buildCommand = command<BuildFlags>(async ({ input: files, flags, host, talk }) => {
  const { output } = flags;
  if (output === undefined || output === "-")
    throw usage("where should the datastore go? Name a file with -o FILE, such as -o notes.fds");
  await checkPlace(output);
  const text = await host.text();
  const model = chooseModel(flags.model, {
    kind: "model",
    standard: text.DEFAULT_TEXT_MODEL,
    list: text.listTextModels,
    find: text.findTextModel,
  });
  const began = performance.now();
  const told = (tokens: number) => tokens.toLocaleString("en");
  const store = await text.buildTextDatastore(text.readDocuments(files), {
    model,
    signal: host.signal,
    onProgress: ({ documents, tokens }) =>
      talk.progress(`${told(tokens)} tokens of ${count(documents, "document")}`),
  });
  host.signal.throwIfAborted();
  talk.progress("writing");
  await orAbort(text.writeDatastore(output, store), host.signal);
  const megabytes = (statSync(output).size / 1e6).toFixed(1);
  talk.note(
    `${told(store.tokens.length)} tokens of ${count(store.documents, "document")}, ${megabytes} MB in ${inSeconds(performance.now() - began)}`,
  );
});

import { z } from "zod";
import { failure, usage } from "../core/errors.js";
import { checkRange } from "../medium/tokens-file.js";
import { parseJson } from "../runtime/json.js";
import { size, whole } from "../runtime/schema.js";
import type { SpeechManifest } from "./manifest.js";

const FORMAT = "foretoken-units";

const schema = z.object({
  format: z.literal(FORMAT),
  /** Name and version of the voice whose units these are. */
  model: z.string(),
  version: z.string(),
  sampleRate: size,
  units: z.array(whole),
});

export type UnitsFile = z.infer<typeof schema>;

export function unitsFile(
  { name, version, sampleRate }: SpeechManifest,
  units: readonly number[],
): UnitsFile {
  return { format: FORMAT, model: name, version, sampleRate, units: [...units] };
}

/** @throws a failure that names the file and what is wrong in it */
export function parseUnits(text: string, name: string): UnitsFile {
  const file = parseJson(schema, text, name, {
    isNot: "is not a file of units",
    wayOut: "give a file that foretoken encode wrote",
    orElse: "give one that foretoken encode wrote",
  });
  if (!file.units.length) throw failure(`${name} holds no units: there is nothing to decode`);
  return file;
}

/** @throws an error that says why these units cannot be spoken by this voice */
export function checkUnits(
  { model, version, units }: UnitsFile,
  manifest: SpeechManifest,
  name: string,
): void {
  if (model !== manifest.name) {
    throw usage(
      `${name} holds units of the voice ${model}, not of ${manifest.name}: decode it with that one (voice)`,
    );
  }
  const major = (of: string) => of.split(".")[0];
  if (major(version) !== major(manifest.version)) {
    throw failure(
      `${name} was made with ${model} ${version}, and here is ${model} ${manifest.version}: encode the sound again`,
    );
  }
  // The last unit is the decoder's padding: silence, which the encoder gives, too.
  checkRange(units, manifest.decoder.pad, (index) => `${name}: units[${index}]`, `the units of ${model}`);
}

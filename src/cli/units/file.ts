import { z } from "zod";
import { failure, usage } from "../../core/errors.js";
import { parseJson } from "../../runtime/json.js";
import type { SpeechManifest } from "../../speech/manifest.js";

const FORMAT = "foretoken-units";

const unitsSchema = z.object({
  format: z.literal(FORMAT),
  /** Name and version of the voice whose units these are. */
  model: z.string(),
  version: z.string(),
  sampleRate: z.number().int().positive(),
  units: z.array(z.number().int().nonnegative()),
});

export type UnitsFile = z.infer<typeof unitsSchema>;

export function unitsFile(
  { name, version, sampleRate }: SpeechManifest,
  units: readonly number[],
): UnitsFile {
  return { format: FORMAT, model: name, version, sampleRate, units: [...units] };
}

/** @throws a failure that names the file and what is wrong in it */
export function parseUnits(text: string, name: string): UnitsFile {
  const file = parseJson(unitsSchema, text, name, {
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
      `${name} holds units of the voice ${model}, not of ${manifest.name}: decode it with --voice ${model}`,
    );
  }
  const major = (of: string) => of.split(".")[0];
  if (major(version) !== major(manifest.version)) {
    throw failure(
      `${name} was made with ${model} ${version}, and here is ${model} ${manifest.version}: encode the sound again`,
    );
  }
  // The last one is silence, which encoding hears and decoding says.
  const last = manifest.decoder.pad;
  const wrong = units.findIndex((unit) => unit > last);
  if (wrong >= 0) {
    throw failure(
      `${name}: units[${wrong}] is ${units[wrong]}, and the units of ${model} go from 0 to ${last}`,
    );
  }
}

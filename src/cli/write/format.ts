import { about } from "../../core/errors.js";
import { decodeUtf8 } from "../../files/text.js";
import { anyJson as readJson } from "../../runtime/json.js";
import type { TextFormat } from "../../text/format.js";
import type { Host, TextLibrary } from "../host.js";
import { readText } from "../input.js";
import type { WriteFlags } from "./options.js";

type FormatFlags = Pick<WriteFlags, "jsonSchema" | "regex" | "choice" | "anyJson">;

/**
 * What the options say of the answer's form.
 *
 * @throws before a model is loaded: a failure for a file that cannot be read or is no JSON, a usage error that names the file
 * or the option for what is no form, and for one that no text has
 */
export async function formatOf(
  flags: FormatFlags,
  host: Host,
  { checkFormat }: Pick<TextLibrary, "checkFormat">,
): Promise<TextFormat | undefined> {
  const found = await read(flags, host);
  if (!found) return undefined;
  try {
    checkFormat(found.format);
  } catch (error) {
    throw about(found.source, error);
  }
  return found.format;
}

interface Found {
  readonly format: TextFormat;
  /** For messages. */
  readonly source: string;
}

async function read(flags: FormatFlags, host: Host): Promise<Found | undefined> {
  const { jsonSchema, regex, choice, anyJson } = flags;
  if (anyJson) return { format: { json: true }, source: "--any-json" };
  if (regex !== undefined) return { format: { regex }, source: "--regex" };
  if (choice !== undefined) return { format: { choices: choice }, source: "--choice" };
  if (jsonSchema === undefined) return undefined;
  const source = jsonSchema === "-" ? "standard input" : jsonSchema;
  const schema = readJson(await readText(jsonSchema, host, decodeUtf8), source, "give a JSON Schema");
  return { format: { schema }, source };
}

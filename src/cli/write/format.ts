import { about, usage } from "../../core/errors.js";
import { decodeUtf8 } from "../../files/text.js";
import { anyJson } from "../../runtime/json.js";
import type { Format } from "../../text/format.js";
import type { Host, TextLibrary } from "../host.js";
import { readText } from "../input.js";
import type { WriteFlags } from "./options.js";

type FormatFlags = Pick<WriteFlags, "jsonSchema" | "regex" | "choice" | "jsonOutput">;

/** What the options want the answer to be, looked at before a model is loaded. @throws usage errors that name the option */
export async function formatOf(
  flags: FormatFlags,
  host: Host,
  { checkFormat }: TextLibrary,
): Promise<Format | undefined> {
  const { jsonSchema, regex, choice, jsonOutput } = flags;
  const options = {
    "--json-schema": jsonSchema,
    "--regex": regex,
    "--choice": choice,
    "--json-output": jsonOutput,
  };
  const given = Object.entries(options).flatMap(([option, value]) => (value === undefined ? [] : [option]));
  if (given.length > 1)
    throw usage(
      `${given.slice(0, 2).join(" and ")} both say what the answer is to be: leave one of them out`,
    );
  if (given.length === 0) return undefined;
  const format = await read(flags, host);
  try {
    checkFormat(format);
  } catch (error) {
    throw about(jsonSchema ?? given[0], error);
  }
  return format;
}

async function read({ jsonSchema, regex, choice }: FormatFlags, host: Host): Promise<Format> {
  if (jsonSchema !== undefined) {
    const text = await readText(jsonSchema, host, decodeUtf8);
    const name = jsonSchema === "-" ? "standard input" : jsonSchema;
    return { schema: anyJson(text, name, "give a file with a JSON schema") };
  }
  if (regex !== undefined) return { regex };
  return choice ? { choices: choice } : { json: true };
}

import { usage } from "../../core/errors.js";
import { endingOf } from "../../files/ending.js";
import { checkPlace, placeOf, type WayOut, writeWhole } from "../../files/place.js";
import { send } from "../../files/stream.js";
import { visible } from "../../files/text.js";
import type { Host } from "../host.js";
import { type Entry, fileOf } from "../outputs.js";
import type { WriteFlags } from "./options.js";

const WAY_OUT: WayOut = { folder: "name a file in it", special: "leave -o out, and use >" };

/** What stands between answers that follow each other on standard output. */
const BETWEEN = "---\n";

/** Where an answer's text goes, piece by piece. */
export interface AnswerSink {
  readonly file?: string;
  write(text: string): Promise<void>;
  /** The answer is complete. */
  end(): Promise<void>;
}

/** Where answers go. */
export interface AnswerOutputs {
  /** True: standard output carries answers, and nothing else may go there. */
  readonly usesStdout: boolean;
  /** True: they are read while they are made. */
  readonly isSeen: boolean;
  /** @param index of the answer, from 0 */
  sink(index: number): AnswerSink;
  close(): Promise<void>;
}

const NOWHERE: AnswerSink = { write: async () => {}, end: async () => {} };

/**
 * Decides where answers go, and makes sure that they can go there.
 *
 * @param entries what several answers' files are named by
 * @throws usage errors for a wrong name or ending, failures for what cannot be written
 */
export async function openAnswerOutputs(
  { output, json, compare }: Pick<WriteFlags, "output" | "json" | "compare">,
  entries: readonly Entry[],
  { stdout }: Host,
): Promise<AnswerOutputs> {
  const close = async () => {};
  if (output !== undefined && output !== "-") {
    endingOf(output, ["txt", "md"]);
    const paths = entries.map((entry) => fileOf(output, entry) ?? output);
    for (const path of paths) await placeOf(path, WAY_OUT);
    await checkPlace(paths[0], WAY_OUT);
    return { usesStdout: false, isSeen: false, sink: (index) => fileSink(paths[index]), close };
  }
  // The text is part of the object; of a comparison the times are wanted.
  if (output === undefined && (json || compare))
    return { usesStdout: false, isSeen: false, sink: () => NOWHERE, close };
  if (compare) throw usage("--compare says both times on standard output: leave -o - out, or name a file");
  const isSeen = stdout.isTTY === true;
  return { usesStdout: true, isSeen, sink: (index) => streamSink(stdout, index > 0 ? BETWEEN : ""), close };
}

/** A file is written when the answer is complete: nothing half-written stays. */
function fileSink(file: string): AnswerSink {
  let text = "";
  return {
    file,
    write: async (piece) => {
      text += piece;
    },
    end: () => writeWhole(file, ended(text), WAY_OUT),
  };
}

/** With a line end, as text files have one. */
const ended = (text: string) => (text === "" || text.endsWith("\n") ? text : `${text}\n`);

/** Text to a stream as it comes. What a terminal would take for a command is shown instead. */
export function streamSink(stream: Host["stdout"], before = ""): AnswerSink {
  const shown = stream.isTTY ? visible : (text: string) => text;
  let begun = false;
  let last = "\n";
  const put = (text: string) => send(stream, Buffer.from(text), "standard output");
  return {
    async write(text) {
      if (text === "") return;
      if (!begun) await put(before);
      begun = true;
      last = text;
      await put(shown(text));
    },
    async end() {
      if (!last.endsWith("\n")) await put("\n");
      last = "\n";
    },
  };
}

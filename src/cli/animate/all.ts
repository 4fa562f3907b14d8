import type { VideoModel } from "../../video/types.js";
import { checkComparison, compare, comparisonJson, comparisonTable, type Words } from "../compare.js";
import type { AnimateFlags } from "../flags.js";
import type { Host, Talk } from "../host.js";
import type { Entry } from "../places.js";
import { sendText } from "../send-text.js";
import type { ClipSink } from "./clip.js";
import type { FilmOutputs } from "./outputs.js";
import { filmJson, filmSetting, filmSummary, filmTable, type MadeFilm } from "./report.js";
import type { ClipWish, Film, Filmed } from "./run.js";

const WORDS: Words = { tokens: "tokens", input: "prompt" };

export interface Run {
  readonly flags: AnimateFlags;
  readonly host: Host;
  readonly talk: Talk;
  readonly outputs: FilmOutputs;
  readonly model: VideoModel;
  readonly film: Film;
}

/** A clip to be made, and where it goes. */
export interface Wanted {
  readonly job: Entry;
  readonly wish: ClipWish;
}

/** Shows a clip while `make` makes it: all of it, or nothing that stays. */
export async function shown<T>(
  outputs: FilmOutputs,
  entry: Entry,
  make: (clipSink: ClipSink) => Promise<T>,
): Promise<T> {
  const clipSink = await outputs.begin(entry);
  try {
    return await make(clipSink);
  } catch (error) {
    await clipSink.abort();
    throw error;
  }
}

export async function filmAll(wanted: readonly Wanted[], run: Run): Promise<void> {
  const { flags, host, talk, outputs, model, film } = run;
  const made: MadeFilm[] = [];
  for (const [i, { job, wish }] of wanted.entries()) {
    const of = wanted.length > 1 ? `clip ${i + 1} of ${wanted.length}, ` : "";
    const filmed = await shown(outputs, job, (clipSink) =>
      film(wish, clipSink, {
        onFilming: ({ frames, total }) =>
          talk.progress(`${of}frame ${Math.min(total, frames + 1)} of ${total}`),
      }),
    );
    const file = outputs.usesStdout ? undefined : outputs.fileOf("output", job);
    made.push({ wish, filmed, file });
  }
  await outputs.close();
  const setting = filmSetting(model, flags);
  talk.clear();
  if (flags.json) await sendText(JSON.stringify(filmJson(made, setting)), host, outputs);
  if (flags.stats) host.stderr.write(`${filmTable(made, setting)}\n`);
  else if (!(flags.json && outputs.usesStdout)) talk.note(filmSummary(made));
}

export async function compareAll(wanted: readonly Wanted[], run: Run): Promise<void> {
  const { flags, host, talk, outputs, model, film } = run;
  const made = ({ committed, metrics }: Filmed) => ({ tokens: committed, metrics });
  const comparison = await compare(async (way, first) => {
    const all = [];
    for (const { job, wish } of wanted) {
      const make = (clipSink?: ClipSink) => film(wish, clipSink, { plain: way === "plain" });
      all.push(made(await (first ? shown(outputs, job, make) : make())));
    }
    return all;
  }, talk);
  await outputs.close();
  const setting = filmSetting(model, flags);
  talk.clear();
  const figures = comparisonJson(comparison, WORDS);
  const text = flags.json ? JSON.stringify({ ...setting, ...figures }) : comparisonTable(comparison, WORDS);
  await sendText(text, host, outputs);
  checkComparison(comparison, setting.verifier, WORDS);
}

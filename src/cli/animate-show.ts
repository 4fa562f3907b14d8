import type { VideoModel } from "../video/model.js";
import type { Cinema } from "./animate-cinema.js";
import { filmJson, filmSetting, filmSummary, filmTable, type Screened } from "./animate-report.js";
import type { ClipWish, Film, Filmed } from "./animate-run.js";
import type { Showing } from "./animate-showing.js";
import { checkComparison, compare, comparisonJson, comparisonTable, type Words } from "./compare.js";
import type { AnimateFlags } from "./flags.js";
import type { Host, Talk } from "./host.js";
import type { Entry } from "./output/places.js";
import { sendText } from "./output/raw.js";

const WORDS: Words = { tokens: "tokens", input: "prompt" };

export interface Run {
  readonly flags: AnimateFlags;
  readonly host: Host;
  readonly talk: Talk;
  readonly cinema: Cinema;
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
  cinema: Cinema,
  entry: Entry,
  make: (showing: Showing) => Promise<T>,
): Promise<T> {
  const showing = await cinema.begin(entry);
  try {
    return await make(showing);
  } catch (error) {
    await showing.abort();
    throw error;
  }
}

export async function filmAll(wanted: readonly Wanted[], run: Run): Promise<void> {
  const { flags, host, talk, cinema, model, film } = run;
  const screened: Screened[] = [];
  for (const [i, { job, wish }] of wanted.entries()) {
    const of = wanted.length > 1 ? `clip ${i + 1} of ${wanted.length}, ` : "";
    const filmed = await shown(cinema, job, (showing) =>
      film(wish, showing, {
        onFilming: ({ frames, total }) =>
          talk.progress(`${of}frame ${Math.min(total, frames + 1)} of ${total}`),
      }),
    );
    const file = cinema.usesStdout ? undefined : cinema.fileOf("output", job);
    screened.push({ wish, filmed, file });
  }
  await cinema.close();
  const setting = filmSetting(model, flags);
  talk.clear();
  if (flags.json) await sendText(JSON.stringify(filmJson(screened, setting)), host, cinema);
  if (flags.stats) host.stderr.write(`${filmTable(screened, setting)}\n`);
  else if (!(flags.json && cinema.usesStdout)) talk.note(filmSummary(screened));
}

export async function compareAll(wanted: readonly Wanted[], run: Run): Promise<void> {
  const { flags, host, talk, cinema, model, film } = run;
  const made = ({ committed, metrics }: Filmed) => ({ tokens: committed, metrics });
  const comparison = await compare(async (way, first) => {
    const all = [];
    for (const { job, wish } of wanted) {
      const make = (showing?: Showing) => film(wish, showing, { plain: way === "plain" });
      all.push(made(await (first ? shown(cinema, job, make) : make())));
    }
    return all;
  }, talk);
  await cinema.close();
  const setting = filmSetting(model, flags);
  talk.clear();
  const figures = comparisonJson(comparison, WORDS);
  const text = flags.json ? JSON.stringify({ ...setting, ...figures }) : comparisonTable(comparison, WORDS);
  await sendText(text, host, cinema);
  checkComparison(comparison, setting.verifier, WORDS);
}

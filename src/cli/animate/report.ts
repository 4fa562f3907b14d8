import type { VideoModel } from "../../video/types.js";
import type { AnimateFlags } from "../flags.js";
import { addWork, columns, count, inSeconds, workRows } from "../report.js";
import type { ClipWish, Filmed } from "./run.js";

/** A clip with what made it and where it went. */
export interface MadeFilm {
  readonly wish: ClipWish;
  readonly filmed: Filmed;
  readonly file?: string;
}

/** Facts of a run that are not in its figures. */
export interface FilmSetting {
  readonly model: string;
  readonly version: string;
  readonly device: string;
  readonly drafter: string;
  readonly verifier: string;
  readonly seed: number;
  readonly fps: number;
}

/** The options of a run with their defaults, for its report. */
export function filmSetting(model: VideoModel, flags: AnimateFlags): FilmSetting {
  const without = flags.plain || flags.draftLength === 0;
  return {
    model: model.name,
    version: model.manifest.version,
    device: model.device,
    drafter: without ? "none" : (flags.drafter ?? model.defaultDrafter),
    verifier: flags.verifier ?? "identical",
    seed: flags.seed ?? 0,
    fps: flags.fps ?? model.manifest.clip.fps,
  };
}

function addMade(all: readonly MadeFilm[]) {
  const sum = (of: (filmed: Filmed) => number) => all.reduce((total, { filmed }) => total + of(filmed), 0);
  return {
    ...addWork(all.map(({ filmed }) => filmed)),
    frames: sum(({ frames }) => frames),
    different: sum(({ different }) => different),
    fileTime: sum(({ fileTime }) => fileTime),
  };
}

/** The line behind every run. */
export function filmSummary(all: readonly MadeFilm[]): string {
  const { frames, tokens, passes, tokensPerPass, time, fileTime } = addMade(all);
  const many = all.length > 1 ? `${all.length} clips: ` : "";
  const speed = `${count(tokens, "token")} in ${count(passes, "pass", "passes")}, ${tokensPerPass.toFixed(1)} a pass`;
  return `${many}${count(frames, "frame")}, ${speed}, ${inSeconds(time.total + fileTime)}`;
}

/** The table of `--stats`. */
export function filmTable(made: readonly MadeFilm[], setting: FilmSetting): string {
  const all = addMade(made);
  return columns([
    ["model", `${setting.model} ${setting.version}`, `on ${setting.device}, seed ${setting.seed}`],
    ["drafter", setting.drafter, `${setting.verifier} verification`],
    ["tokens", String(all.tokens), `in ${count(made.length, "clip")}`],
    ["frames", String(all.frames), `${all.different} of them different, ${setting.fps} a second`],
    ...workRows(all, "tokens", "pixels"),
    ["files", inSeconds(all.fileTime), "scaled, composed and written"],
  ]);
}

/** The object of `--json`. */
export const filmJson = (made: readonly MadeFilm[], setting: FilmSetting) => ({
  ...setting,
  clips: made.length,
  ...addMade(made),
  detail: made.map(({ wish: { prompt, stream }, filmed, file }) => {
    const { tokens, metrics, frames, different, decodeTime, fileTime } = filmed;
    return {
      prompt,
      stream,
      file,
      ground: tokens.ground.name,
      frames,
      different,
      metrics,
      decodeTime,
      fileTime,
    };
  }),
});

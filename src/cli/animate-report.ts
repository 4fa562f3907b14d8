import type { VideoModel } from "../video/model.js";
import type { ClipWish, Filmed } from "./animate-run.js";
import type { AnimateFlags } from "./flags.js";
import { addWork, columns, count, inSeconds, workRows } from "./report.js";

/** A clip with what made it and where it went. */
export interface Screened {
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

function addScreened(all: readonly Screened[]) {
  const sum = (of: (filmed: Filmed) => number) => all.reduce((total, { filmed }) => total + of(filmed), 0);
  return {
    ...addWork(all.map(({ filmed }) => filmed)),
    frames: sum(({ frames }) => frames),
    different: sum(({ different }) => different),
    fileTime: sum(({ fileTime }) => fileTime),
  };
}

/** The line behind every run. */
export function filmSummary(all: readonly Screened[]): string {
  const { frames, tokens, passes, tokensPerPass, time, fileTime } = addScreened(all);
  const many = all.length > 1 ? `${all.length} clips: ` : "";
  const speed = `${count(tokens, "token")} in ${count(passes, "pass", "passes")}, ${tokensPerPass.toFixed(1)} a pass`;
  return `${many}${count(frames, "frame")}, ${speed}, ${inSeconds(time.total + fileTime)}`;
}

/** The table of `--stats`. */
export function filmTable(screened: readonly Screened[], setting: FilmSetting): string {
  const all = addScreened(screened);
  return columns([
    ["model", `${setting.model} ${setting.version}`, `on ${setting.device}, seed ${setting.seed}`],
    ["drafter", setting.drafter, `${setting.verifier} verification`],
    ["tokens", String(all.tokens), `in ${count(screened.length, "clip")}`],
    ["frames", String(all.frames), `${all.different} of them different, ${setting.fps} a second`],
    ...workRows(all, "tokens", "pixels"),
    ["files", inSeconds(all.fileTime), "scaled, composed and written"],
  ]);
}

/** The object of `--json`. */
export const filmJson = (screened: readonly Screened[], setting: FilmSetting) => ({
  ...setting,
  clips: screened.length,
  ...addScreened(screened),
  detail: screened.map(({ wish: { prompt, stream }, filmed, file }) => {
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

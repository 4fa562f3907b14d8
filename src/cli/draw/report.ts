import type { ImageModel } from "../../image/types.js";
import type { DrawFlags } from "../flags.js";
import { addWork, columns, count, inSeconds, workRows } from "../report.js";
import type { Recipe } from "./recipe.js";
import type { Drawn } from "./run.js";

/** A picture with what made it and where it went. */
export interface Exhibit {
  readonly recipe: Recipe;
  readonly drawn: Drawn;
  readonly file?: string;
}

/** Facts of a run that are not in its figures. */
export interface DrawSetting {
  readonly model: string;
  readonly version: string;
  readonly device: string;
  readonly drafter: string;
  readonly verifier: string;
  readonly relax?: number;
  readonly seed: number;
}

/** The options of a run with their defaults, for its report. */
export function drawSetting(model: ImageModel, flags: DrawFlags, recipe: Recipe): DrawSetting {
  const without = flags.plain || (flags.draftLength ?? recipe.draftLength) === 0;
  return {
    model: model.name,
    version: model.manifest.version,
    device: model.device,
    drafter: without ? "none" : (flags.drafter ?? recipe.drafter ?? model.defaultDrafter),
    verifier: recipe.verifier ?? "identical",
    relax: recipe.relax,
    seed: recipe.seed,
  };
}

const addExhibits = (exhibits: readonly Exhibit[]) => addWork(exhibits.map(({ drawn }) => drawn));

/** The line behind every run. */
export function drawSummary(exhibits: readonly Exhibit[]): string {
  const { tokens, passes, tokensPerPass, time } = addExhibits(exhibits);
  const many = exhibits.length > 1 ? `${exhibits.length} pictures: ` : "";
  const speed = `${count(tokens, "token")} in ${count(passes, "pass", "passes")}, ${tokensPerPass.toFixed(1)} a pass`;
  return `${many}${speed}, ${inSeconds(time.total)}`;
}

/** The table of `--stats`. */
export function drawTable(exhibits: readonly Exhibit[], setting: DrawSetting): string {
  const all = addExhibits(exhibits);
  const relax = setting.relax === undefined ? "" : `, relax ${setting.relax}`;
  return columns([
    ["model", `${setting.model} ${setting.version}`, `on ${setting.device}, seed ${setting.seed}`],
    ["drafter", setting.drafter, `${setting.verifier} verification${relax}`],
    ["tokens", String(all.tokens), `in ${count(exhibits.length, "picture")}`],
    ...workRows(all, "tokens", "pixels"),
  ]);
}

/** The object of `--json`. */
export const drawJson = (exhibits: readonly Exhibit[], setting: DrawSetting) => ({
  ...setting,
  pictures: exhibits.length,
  ...addExhibits(exhibits),
  detail: exhibits.map(({ recipe, drawn: { tokens, metrics, decodeTime }, file }) => {
    const { prompt, seed, stream, style } = recipe;
    return { prompt, seed, stream, style, file, tokens: tokens.tokens, metrics, decodeTime };
  }),
});

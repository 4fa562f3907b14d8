import { FAMILIES, type Family, MEDIA, type Medium } from "../../methods/index.js";
import type { Told, ToldDrafter } from "./told.js";

/** Method, media, name, and what is to be said of it. */
type Line = readonly [method: string, media: string, name: string, remark: string];

/** All methods, family by family: a line for each of their names. */
export function tableOf(all: readonly Told[]): string {
  const lines = all.map(linesOf);
  const width = (column: number) => Math.max(...lines.flat().map((line) => line[column].length));
  const widths = [0, 1, 2].map(width);
  const shown = (line: Line) =>
    `  ${line.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join("  ")}`.trimEnd();
  return (Object.keys(FAMILIES) as Family[])
    .map((family) => ({ family, its: lines.filter((_, i) => all[i].family === family).flat() }))
    .filter(({ its }) => its.length > 0)
    .map(({ family, its }) => [FAMILIES[family], ...its.map(shown)].join("\n"))
    .join("\n\n");
}

/** Media in which the same is to be said share a line. */
function linesOf({ name: method, drafters, verifiers, place }: Told): Line[] {
  const parts = [
    ...drafters.map((one) => ({ ...one, remark: neededBy(one) })),
    ...verifiers.map((one) => ({ ...one, remark: one.guarantee })),
  ];
  if (parts.length === 0) return [[method, "", "", place ?? "not here"]];
  const isSame = (one: (typeof parts)[number]) => (other: (typeof parts)[number]) =>
    other.name === one.name && other.remark === one.remark;
  return parts
    .filter((one, i) => parts.findIndex(isSame(one)) === i)
    .map((one, i) => {
      const media = parts.filter(isSame(one)).map(({ medium }) => medium);
      return [i === 0 ? method : "", media.join(", "), one.name, one.remark];
    });
}

/** What a drafter needs besides the target, and whether that is there. */
function neededBy({ medium, model, needs, ready, bytes }: ToldDrafter): string {
  if (!needs) return `no model of ${medium} is installed`;
  if (needs === "nothing") return "needs nothing";
  if (needs === "a datastore") return `${needs}, which you make`;
  const size = bytes ? `, ${(bytes / 1e6).toFixed(1)} MB` : "";
  return ready ? `${needs} (comes with ${model}${size})` : `${needs} (does not come with ${model})`;
}

/** All there is to know of a method. */
export function detailsOf(one: Told): string {
  const { name, source, family, how, pays, reported, specBench, place, drafters, verifiers } = one;
  const figures = [
    reported && `${reported.speedup} (${reported.on})`,
    specBench && `${specBench}x on Spec-Bench (Vicuna-7B, RTX 3090)`,
  ].filter(Boolean);
  const asked = (medium: Medium, option: string, value: string) =>
    `foretoken ${MEDIA[medium]} --${option} ${value}`;
  return [
    `${name} (${source})`,
    FAMILIES[family],
    `  how it works   ${how}`,
    `  when it pays   ${pays}`,
    ...(figures.length ? [`  reported       ${figures.join("; ")}`] : []),
    ...(place ? [`  where          ${place}`] : []),
    ...drafters.map((part) => {
      const get = part.get ? `: ${part.get}` : "";
      return `  ${asked(part.medium, "drafter", part.name)}   ${neededBy(part)}${get}`;
    }),
    ...verifiers.map(({ medium, name, guarantee }) => `  ${asked(medium, "verifier", name)}   ${guarantee}`),
  ].join("\n");
}

// One row a medium, of what its bench measured.
import { existsSync, readFileSync } from "node:fs";
import { table, times } from "./report.mjs";

/** The relaxed verifier that stands for all in the summary. */
const RELAXED = { name: "tolerance", relax: 0.2 };

/** Undefined where a bench was not run. */
export function summary(folder) {
  const read = (name) => {
    const path = `${folder}/${name}.json`;
    return existsSync(path) ? JSON.parse(readFileSync(path, "utf8")) : undefined;
  };
  const [speech, image, video, relaxed, text] = ["speech", "image", "video", "image-relaxed", "text"].map(
    read,
  );
  if (!speech || !image || !video) return undefined;
  const best = (rows) => rows.reduce((most, row) => (row.speedup > most.speedup ? row : most));
  const row = (medium, model, rows, other) => {
    const { name, tokensPerPass, speedup } = best(rows);
    return [
      medium,
      `${model}, ${name}`,
      tokensPerPass.toFixed(1),
      times(speedup),
      other ? times(other.speedup) : "",
    ];
  };
  const knob = relaxed?.rows.find(
    ({ name, relax }) => name.startsWith(RELAXED.name) && relax === RELAXED.relax,
  );
  const lines = table(
    [
      "medium",
      "model, drafter",
      "tokens a pass",
      "times faster, identical",
      `relaxed (${RELAXED.name} ${RELAXED.relax})`,
    ],
    [
      row("speech", speech.voice, speech.rows),
      row("pictures", image.model, image.parts[0].rows, knob),
      row("animations", video.model, video.parts[0].rows),
      ...(text ? [row("text", text.model, text.parts[0].rows)] : []),
    ],
  );
  return `${lines}\n\n${speech.machine}.`;
}

// What each method is, for docs/methods.md: how it drafts, what it needs, when it pays.
import { draftersOf, FAMILIES, MEDIA, METHODS, NEEDS, verifiersOf } from "../../dist/methods/index.js";

export const methodsList = () =>
  Object.entries(FAMILIES)
    .map(([family, title]) => [family, `### ${title}`])
    .map(([family, title]) =>
      [title, ...METHODS.filter((method) => method.family === family).map(entry)].join("\n\n"),
    )
    .join("\n\n");

function entry(method) {
  const { name, source, how, pays, reported, specBench } = method;
  const figures = [
    reported && `${reported.speedup} (${reported.on})`,
    specBench && `Spec-Bench ${specBench}x`,
  ].filter(Boolean);
  return [`**${name}** (${[source, ...figures].join("; ")}). ${how}`, needsLine(method), `*Pays:* ${pays}`]
    .filter(Boolean)
    .join("\\\n");
}

/** What a person types, and what it needs; nothing to say of what is only named. */
function needsLine(method) {
  const drafters = draftersOf(method).map(({ medium, name }) => ({
    call: `\`${MEDIA[medium]} --drafter ${name}\``,
    need: told(NEEDS[medium][name]),
  }));
  const verifiers = verifiersOf(method).map(({ medium, name }) => `\`${MEDIA[medium]} --verifier ${name}\``);
  const needs = [...new Set(drafters.map(({ need }) => need))].map(
    (need) =>
      `${need}: ${drafters
        .filter((one) => one.need === need)
        .map(({ call }) => call)
        .join(", ")}`,
  );
  if (needs.length) return `*Needs* ${needs.join("; ")}.`;
  if (verifiers.length) return `*Called* ${verifiers.join(", ")}.`;
  return method.place && `*Is* \`${method.place}\`.`;
}

const told = ({ what, taught }) => (taught ? `${what} (${taught.minutes} min on ${taught.on})` : what);

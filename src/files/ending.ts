import { extname } from "node:path";
import { usage } from "../core/errors.js";
import { hint } from "../core/near.js";

/** The kind of file a path asks for by its extension. @throws a usage error that names what can be written */
export function endingOf<Kind extends string>(path: string, kinds: readonly Kind[]): Kind {
  const ending = extname(path).toLowerCase();
  const endings = kinds.map((name) => `.${name}`);
  const at = endings.indexOf(ending);
  if (at >= 0) return kinds[at];
  const what = ending ? `ends in ${ending}: ${hint(ending, endings)}` : "has no extension: ";
  throw usage(`${path || '""'} ${what}choose one of ${endings.join(" ")}`);
}

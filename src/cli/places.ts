import { extname } from "node:path";
import { usage } from "../core/errors.js";
import { beside, placeOf, type WayOut } from "../files/place.js";

/** What the files of a picture or clip are named by, and what is written under it. */
export interface Entry {
  /** Behind the name of each of its files: "", or "-2". */
  readonly suffix: string;
  readonly caption: string;
}

/** cat.png -> cat-2.png */
export function suffixed(path: string, suffix: string): string {
  const ending = extname(path);
  return `${path.slice(0, path.length - ending.length)}${suffix}${ending}`;
}

/** Files that an option asks for. */
export interface Wish {
  readonly option: string;
  readonly paths: readonly string[];
}

/** @throws an error unless every file can be written and no two are the same */
export async function checkPlaces(wishes: readonly Wish[], wayOut: WayOut): Promise<void> {
  const taken = new Map<string, string>();
  for (const { option, paths } of wishes) {
    for (const path of paths) {
      const place = await placeOf(path, wayOut);
      const other = taken.get(place);
      if (other !== undefined)
        throw usage(`${other} and ${option} both want to write ${path}: name two files`);
      taken.set(place, option);
    }
    // One of them shows whether there is a folder that can be written to.
    if (paths.length) await (await beside(paths[0], wayOut)).discard();
  }
}

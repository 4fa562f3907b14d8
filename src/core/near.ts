import { usage } from "./errors.js";

/** Number of single-character edits that turn one word into the other (Levenshtein). */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      next[j] = Math.min(row[j] + 1, next[j - 1] + 1, row[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1));
    }
    row = next;
  }
  return row[b.length];
}

/** The name a person who typed `word` may have meant, if there is one. */
export function nearest(word: string, names: readonly string[]): string | undefined {
  const typed = word.toLowerCase();
  const scored = names.map((name) => ({ name, edits: distance(typed, name.toLowerCase()) }));
  scored.sort((a, b) => a.edits - b.edits);
  const [best] = scored;
  return best && best.edits <= Math.max(1, Math.floor(best.name.length * 0.4)) ? best.name : undefined;
}

/** "did you mean joe? " or nothing, to be put before the list of all names. */
export function hint(word: string, names: readonly string[]): string {
  const near = nearest(word, names);
  return near ? `did you mean ${near}? ` : "";
}

/** The usage error for a name that is none of `names`. @param what it names, with the name: `drafter "jacoby"` */
export const noSuch = (what: string, name: string, names: readonly string[]) =>
  usage(`there is no ${what}: ${hint(name, names)}choose one of ${names.join(", ")}`);

/** What a table has under a name. @throws a usage error that says which names there are */
export function named<T>(table: Readonly<Record<string, T>>, name: string, what: string): T {
  if (Object.hasOwn(table, name)) return table[name];
  throw noSuch(`${what} "${name}"`, name, Object.keys(table));
}

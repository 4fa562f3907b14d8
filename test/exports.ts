import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** A name, and the file that declares it. */
export interface Place {
  readonly file: string;
  readonly name: string;
}

interface Declared {
  readonly imports: ReadonlyMap<string, Place>;
  readonly exports: ReadonlyMap<string, Place>;
  /** Files all of whose exports are this one's, too. */
  readonly stars: readonly string[];
  /** Declarations by name, overloads joined, and the names of those that are exported. */
  readonly texts: ReadonlyMap<string, string>;
  readonly own: ReadonlySet<string>;
}

/** What files of declarations, as tsc writes them without comments, declare and name. */
export function declarations() {
  const files = new Map<string, Declared>();
  const read = (file: string) => {
    const known = files.get(file) ?? parse(file);
    files.set(file, known);
    return known;
  };

  /** Where a place's name is declared, if that file only passes it on. */
  function origin(place: Place): Place {
    const passedOn = read(place.file).exports.get(place.name);
    return passedOn ? origin(passedOn) : place;
  }

  /** The exports of a file by name. */
  function exportsOf(file: string): Map<string, Place> {
    const { exports, stars, own } = read(file);
    const all = new Map(stars.flatMap((star) => [...exportsOf(star)]));
    for (const name of own) all.set(name, { file, name });
    for (const [name, place] of exports) all.set(name, origin(place));
    return all;
  }

  /** The project's own types in a declaration. */
  function typesIn({ file, name }: Place): Place[] {
    const { imports, texts } = read(file);
    const words = new Set(texts.get(name)?.match(/\b[A-Z]\w*\b/g));
    words.delete(name);
    return [...words].flatMap((word) => {
      const imported = imports.get(word);
      if (imported) return [origin(imported)];
      return texts.has(word) ? [{ file, name: word }] : [];
    });
  }

  return { exportsOf, typesIn };
}

/** A declaration, and what may follow one. */
const DECLARATION = "^(export )?(?:declare )?(?:function|const|interface|type|class) (\\w+)";
const NEXT = "^(?:export|declare|interface|type|import|const|function|class)\\b";

function parse(file: string): Declared {
  const text = readFileSync(file, "utf8");
  const beside = (path: string) => join(dirname(file), path.replace(/\.js$/, ".d.ts"));
  const listed = (keyword: string) => {
    const found = new Map<string, Place>();
    const lines = text.matchAll(new RegExp(`^${keyword} (?:type )?\\{([^}]*)\\} from "(\\.[^"]+)";`, "gm"));
    for (const [, names, path] of lines)
      for (const part of names.split(",")) {
        const [name, alias = name] = part
          .trim()
          .replace(/^type /, "")
          .split(" as ");
        found.set(alias, { file: beside(path), name });
      }
    return found;
  };
  const texts = new Map<string, string>();
  const own = new Set<string>();
  const all = text.matchAll(new RegExp(`${DECLARATION}[^]*?(?=${NEXT}|(?![^]))`, "gm"));
  for (const [whole, exported, name] of all) {
    texts.set(name, (texts.get(name) ?? "") + whole);
    if (exported) own.add(name);
  }
  const stars = [...text.matchAll(/^export (?:type )?\* from "([^"]+)";/gm)].map(([, path]) => beside(path));
  return { imports: listed("import"), exports: listed("export"), stars, texts, own };
}

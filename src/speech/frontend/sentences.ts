/** Characters of one sentence the model has room for; longer ones are cut at clauses, then between words. */
const LONGEST = 140;

const segmenter = () => new Intl.Segmenter("en", { granularity: "sentence" });

/** Spoken text -> sentences short enough to say in one go. `normalize` must have run: it removes misleading full stops. */
export function sentences(spoken: string, longest = LONGEST): string[] {
  const found: string[] = [];
  for (const { segment } of segmenter().segment(spoken)) {
    const text = segment.trim();
    if (/\p{L}/u.test(text)) found.push(...cut(text, longest));
  }
  return found;
}

/** Paragraphs of a text: lines between empty lines, their own line breaks turned to spaces. */
export function paragraphs(text: string): string[] {
  return text
    .split(/\r?\n[ \t]*(?:\r?\n)+|\f/)
    .map((paragraph) => paragraph.replace(/\s+/g, " ").trim())
    .filter((paragraph) => paragraph !== "");
}

function cut(text: string, longest: number): string[] {
  const pieces: string[] = [];
  let rest = text;
  while (rest.length > longest) {
    const at = cutPlace(rest, longest);
    pieces.push(rest.slice(0, at).trim());
    rest = rest.slice(at).trim();
  }
  pieces.push(rest);
  return pieces.filter((piece) => /\p{L}/u.test(piece));
}

/** Behind the last clause mark that leaves no crumb, else before the last space, else (one endless word) anywhere. */
function cutPlace(text: string, longest: number): number {
  const head = text.slice(0, longest);
  for (const marks of [/[;:!?.](?=\s)/g, /,(?=\s)/g]) {
    const last = [...head.matchAll(marks)].at(-1);
    if (last && last.index > longest / 4) return last.index + 1;
  }
  const space = head.lastIndexOf(" ");
  return space > longest / 4 ? space : longest;
}

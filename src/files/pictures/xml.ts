const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&apos;",
};

/** What XML cannot hold: control characters, halves of surrogate pairs, and the two codes that are no characters. */
const UNSAYABLE = /[^\P{Cc}\t\n\r]|\p{Cs}|[\uFFFE\uFFFF]/gu;

/** Text as content or attribute of an XML element. */
export const escapeXml = (text: string) =>
  text.replace(UNSAYABLE, "").replace(/[&<>"']/g, (character) => ENTITIES[character]);

/** The reverse, numbered characters included: other programs write XML in their own way. */
export const unescapeXml = (text: string) =>
  text.replace(/&(?:#x([0-9a-f]{1,6})|#(\d{1,7})|(\w{1,8}));/gi, (all, hex, decimal, name) => {
    if (name) return Object.keys(ENTITIES).find((key) => ENTITIES[key] === all) ?? all;
    const code = hex ? Number.parseInt(hex, 16) : Number(decimal);
    return code <= 0x10ffff ? String.fromCodePoint(code) : "";
  });

import { access, constants } from "node:fs/promises";
import type { Metadata } from "sharp";
import { failure } from "../../core/errors.js";
import { reading } from "../problems.js";
import { pictureReason, sharpLibrary } from "./sharp.js";
import { escapeXml, unescapeXml } from "./xml.js";

/** What a picture says of itself, as XMP: JSON in a field of our own, the prompt also where programs look for a description. */
export function toXmp(drawing: object, description = ""): string {
  // Plain ASCII survives programs that write the file again.
  const json = JSON.stringify(drawing).replace(
    /[\u007f-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
  return [
    '<?xpacket begin="\uFEFF" id="W5M0MpCehiHzreSzNTczkc9d"?>',
    '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">',
    '<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/"',
    ' xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:foretoken="urn:foretoken:drawing">',
    "<xmp:CreatorTool>foretoken</xmp:CreatorTool>",
    `<dc:description><rdf:Alt><rdf:li xml:lang="x-default">${escapeXml(description)}</rdf:li></rdf:Alt></dc:description>`,
    `<foretoken:drawing>${escapeXml(json)}</foretoken:drawing>`,
    "</rdf:Description></rdf:RDF></x:xmpmeta>",
    '<?xpacket end="w"?>',
  ].join("");
}

/** The JSON of `toXmp`, as element or, as some programs rewrite it, as attribute; undefined: there is none. */
export function fromXmp(xmp: string): unknown {
  const [, element, quoted, single] =
    /<foretoken:drawing>([^<]*)<\/foretoken:drawing>|foretoken:drawing=(?:"([^"]*)"|'([^']*)')/.exec(xmp) ??
    [];
  const json = element ?? quoted ?? single;
  if (json === undefined) return undefined;
  try {
    return JSON.parse(unescapeXml(json));
  } catch {
    return undefined;
  }
}

/** What a file says of itself. @throws failures that name it, for what cannot be read and for what is no picture */
export async function inspect(path: string): Promise<Metadata> {
  // sharp does not say why it cannot read a file.
  await reading(path, access(path, constants.R_OK));
  const sharp = await sharpLibrary();
  try {
    return await sharp(path).metadata();
  } catch (cause) {
    throw failure(`cannot read ${path}: ${pictureReason(cause as Error)}`, cause);
  }
}

/** A line on a picture that is not taken as it is; failures for what is no picture come before any work. */
export async function sourceNote(path: string): Promise<string | undefined> {
  const { pages = 1 } = await inspect(path);
  return pages > 1 ? `foretoken: ${path} holds ${pages} frames or pages: the first one is taken` : undefined;
}

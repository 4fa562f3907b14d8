// node render.mjs WORK NPM_FOLDER
// Draws every icon once, 256x256 on white -> WORK/icons.bin (WebP, back to back) and WORK/icons.json; moods.mjs makes the pack of them.
import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { eachInFlight, start, svgOf } from '../common/render.mjs';
import { listIcons, openPackages, STYLES } from './icons.mjs';

export const SIZE = 256;
export const QUALITY = Number(process.env.QUALITY ?? 68);

/** Pixels (RGB) of an SVG on white. */
export const paint = (sharp, svg) =>
  sharp(Buffer.from(svg)).flatten({ background: '#ffffff' }).raw().toBuffer({ resolveWithObject: true });

export const toWebp = (sharp, { data, info }, quality = QUALITY) =>
  sharp(data, { raw: info }).webp({ quality, effort: 6, smartSubsample: true }).toBuffer();

/** Share of pixels that are not white, from every 13th. */
export function inkShare(data) {
  const step = 3 * 13;
  let ink = 0;
  for (let at = 0; at < data.length; at += step) {
    if (data[at] < 245 || data[at + 1] < 245 || data[at + 2] < 245) ink++;
  }
  return ink / (data.length / step);
}

/** Drops what could not be drawn and exact repeats within a style (tones of things without skin); sets offset and length. */
export function packPictures(items, pictures) {
  const seen = new Set();
  const kept = [];
  const parts = [];
  let offset = 0;
  items.forEach((item, index) => {
    const picture = pictures[index];
    if (!picture) return;
    const mark = item.style + createHash('md5').update(picture).digest('hex');
    if (seen.has(mark)) return;
    seen.add(mark);
    const { body, box, ...told } = item;
    kept.push({ ...told, offset, length: picture.length });
    parts.push(picture);
    offset += picture.length;
  });
  return { items: kept, bytes: Buffer.concat(parts) };
}

async function main(work, npm) {
  const packages = openPackages(npm);
  const { sharp } = packages;
  const icons = listIcons(packages);
  console.log('icons', icons.length, 'matched', icons.filter((item) => item.hex).length);
  const pictures = new Array(icons.length);
  let blank = 0;
  const failed = [];
  await eachInFlight(icons, async (icon, index) => {
    try {
      const raw = await paint(sharp, svgOf(icon, SIZE));
      if (inkShare(raw.data) < 0.01) blank++;
      else pictures[index] = await toWebp(sharp, raw);
    } catch {
      failed.push(`${icon.style}:${icon.key}`);
    }
  });
  const pack = packPictures(icons, pictures);
  mkdirSync(work, { recursive: true });
  writeFileSync(`${work}/icons.bin`, pack.bytes);
  writeFileSync(`${work}/icons.json`, JSON.stringify({ styles: STYLES, items: pack.items }));
  console.log('kept', pack.items.length, 'blank', blank, 'failed', failed.length, failed.slice(0, 5).join(' '));
  console.log(`${(pack.bytes.length / 1e6).toFixed(1)} MB`);
}

await start(import.meta.url, main);

// node render.mjs WORK NPM_FOLDER
// Draws every icon once, 256x256 on white -> WORK/icons.bin (WebP, back to back) and WORK/icons.json; moods.mjs makes the pack of them.
import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { listIcons, openPackages, STYLES } from './icons.mjs';

export const SIZE = 256;
export const QUALITY = Number(process.env.QUALITY ?? 68);
const IN_FLIGHT = 3;

export const svgOf = ({ box, body }, size = SIZE) =>
  `<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="${size}" height="${size}" ` +
  `viewBox="${box.join(' ')}" color="#222">${body}</svg>`;

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

/** Runs work(item, index) over all items, a few at a time, in order of starting. */
export async function eachInFlight(items, work) {
  let next = 0;
  const start = Date.now();
  const worker = async () => {
    while (next < items.length) {
      const index = next++;
      await work(items[index], index);
      if (index % 2000 === 0) console.log(index, `${((Date.now() - start) / 1000).toFixed(0)} s`);
    }
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, worker));
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
  sharp.concurrency(1);
  sharp.cache(false);
  const icons = listIcons(packages);
  console.log('icons', icons.length, 'matched', icons.filter((item) => item.hex).length);
  const pictures = new Array(icons.length);
  let blank = 0;
  const failed = [];
  await eachInFlight(icons, async (icon, index) => {
    try {
      const raw = await paint(sharp, svgOf(icon));
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

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  if (process.argv.length < 4) throw new Error('usage: node render.mjs WORK NPM_FOLDER');
  await main(process.argv[2], process.argv[3]);
}

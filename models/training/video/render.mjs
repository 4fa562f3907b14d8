// node render.mjs WORK NPM_FOLDER
// Draws every thing in every style -> WORK/sprites.bin (WebP with alpha, back to back) and meta.json there.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { eachInFlight, start, svgOf } from '../common/render.mjs';
import { listThings, openPackages, STYLES } from './icons.mjs';

const SIZE = 160;
const QUALITY = Number(process.env.QUALITY ?? 80);
const FIRST_LOOK = 256;
const VISIBLE_ALPHA = 12;

/** Smallest box [left, top, right, bottom) around the visible pixels of RGBA data, or null. */
export function inkBox(data, width, height, box = null) {
  let [left, top, right, bottom] = box ?? [width, height, 0, 0];
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      if (data[(y * width + x) * 4 + 3] <= VISIBLE_ALPHA) continue;
      if (x < left) left = x;
      if (x >= right) right = x + 1;
      if (y < top) top = y;
      if (y >= bottom) bottom = y + 1;
    }
  }
  return right > left ? [left, top, right, bottom] : null;
}

export const toWebp = (image, quality) =>
  image.webp({ quality, alphaQuality: 100, effort: 5, smartSubsample: true }).toBuffer();

/** The icon cut off at its own view box, so that a tighter or wider view shows no more of it. */
function clipped({ box, body }) {
  const [left, top, width, height] = box;
  const size = `x="${left}" y="${top}" width="${width}" height="${height}"`;
  return `<svg ${size} viewBox="${box.join(' ')}" overflow="hidden">${body}</svg>`;
}

/** The square view box of an icon's visible part; the longer side fills it. */
async function tightBox(sharp, icon, body) {
  const [left, top, width, height] = icon.box;
  const side = Math.max(width, height);
  const [x, y] = [left - (side - width) / 2, top - (side - height) / 2];
  const look = sharp(Buffer.from(svgOf({ box: [x, y, side, side], body }, FIRST_LOOK))).ensureAlpha();
  const ink = inkBox(await look.raw().toBuffer(), FIRST_LOOK, FIRST_LOOK);
  if (!ink) return null;
  const unit = side / FIRST_LOOK;
  const tight = (Math.max(ink[2] - ink[0], ink[3] - ink[1]) + 0.5) * unit;
  const middle = (low, high, start) => start + ((low + high) / 2) * unit - tight / 2;
  return [middle(ink[0], ink[2], x), middle(ink[1], ink[3], y), tight, tight];
}

/** One sprite as WebP, or null if nothing shows. */
async function drawSprite(sharp, icon) {
  const body = clipped(icon);
  const box = await tightBox(sharp, icon, body);
  return box && toWebp(sharp(Buffer.from(svgOf({ box, body }, SIZE))).ensureAlpha(), QUALITY);
}

async function main(work, npm) {
  const packages = openPackages(npm);
  const { sharp } = packages;
  const things = listThings(packages);
  const jobs = things.flatMap(({ icons }, thing) => icons.map((icon) => ({ thing, icon })));
  const aliases = things.flatMap((thing) => thing.aliases);
  console.log('things', things.length, 'aliases', aliases.length, 'sprites', jobs.length);
  const pictures = new Array(jobs.length);
  const failed = [];
  await eachInFlight(jobs, async ({ thing, icon }, index) => {
    const picture = await drawSprite(sharp, icon).catch(() => null);
    if (picture) pictures[index] = picture;
    else failed.push(`${STYLES[icon.style]}: ${things[thing].name}`);
  });
  const sprites = [];
  let offset = 0;
  jobs.forEach(({ thing, icon }, index) => {
    if (!pictures[index]) return;
    sprites.push({ thing, style: icon.style, offset, bytes: pictures[index].length, hue: null });
    offset += pictures[index].length;
  });
  mkdirSync(work, { recursive: true });
  const file = `${work}/meta.json`;
  const animations = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')).animations : [];
  const told = things.map(({ name, aliases, category }) => ({ name, aliases, category }));
  writeFileSync(`${work}/sprites.bin`, Buffer.concat(pictures.filter(Boolean)));
  writeFileSync(file, JSON.stringify({ styles: STYLES, things: told, sprites, animations }));
  console.log('kept', sprites.length, 'failed', failed.length, failed.slice(0, 8).join(', '));
  console.log(`${(offset / 1e6).toFixed(1)} MB`);
}

await start(import.meta.url, main);

// node animations.mjs WORK NPM_FOLDER   (after render.mjs; the Lottie files and captions.tsv lie in WORK/noto)
// Draws 16 frames of every Noto animation -> WORK/animations.bin (WebP with alpha, back to back), listed in meta.json.
import { readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { start } from '../common/render.mjs';
import { listThings, openPackages, plainSlug } from './icons.mjs';
import { inkBox, toWebp } from './render.mjs';

const QUALITY = Number(process.env.QUALITY ?? 75);
const FRAMES = 16;
const SIZE = 128;
const LARGEST = 512;
const LEFT_OUT = /^(cool|free|new|sos|up) button$|^middle finger$/;

/** Names, categories and code points of captions.tsv; an animation named as a thing has its aliases and category. */
function listAnimations(packages, noto) {
  const things = new Map(listThings(packages).map((thing) => [thing.name, thing]));
  const { emojis, subgroups } = packages;
  const categories = new Map(emojis.map((emoji) => [plainSlug(emoji.label), subgroups[emoji.subgroup]]));
  const lines = readFileSync(`${noto}/captions.tsv`, 'utf8').trim().split('\n').slice(1);
  return lines.map((line) => {
    const [codepoint, label] = line.split('\t');
    const name = plainSlug(label).replace(/-/g, ' ');
    const thing = things.get(name);
    return {
      codepoint,
      name,
      aliases: thing?.aliases ?? [],
      category: thing?.category ?? categories.get(plainSlug(label)) ?? '',
    };
  });
}

/** Opens Lottie text; paint(share of the loop) gives size x size straight RGBA, to be copied before the next call. */
async function openLottie(DotLottie, data, size) {
  const player = new DotLottie({ canvas: { width: size, height: size }, data, autoplay: false, loop: false });
  await new Promise((done, fail) => {
    if (player.isLoaded) done();
    player.addEventListener('load', done);
    player.addEventListener('loadError', ({ error }) => fail(error));
  });
  const paint = (share) => {
    player.setFrame(share * player.totalFrames);
    return player.buffer;
  };
  return { paint, close: () => player.destroy() };
}

/** The square [left, top, side], as shares of the canvas, around what any frame shows; null if none shows anything. */
async function commonCrop(DotLottie, data) {
  const lottie = await openLottie(DotLottie, data, SIZE);
  let ink = null;
  for (let frame = 0; frame < FRAMES; frame++) {
    ink = inkBox(lottie.paint(frame / FRAMES), SIZE, SIZE, ink) ?? ink;
  }
  lottie.close();
  if (!ink) return null;
  const side = Math.max(ink[2] - ink[0], ink[3] - ink[1]);
  return [(ink[0] + ink[2] - side) / 2, (ink[1] + ink[3] - side) / 2, side].map((pixels) => pixels / SIZE);
}

/** Frames of one animation as WebP: painted so large that the common crop is SIZE pixels, then cut out. */
async function drawFrames({ sharp, DotLottie }, data) {
  const crop = await commonCrop(DotLottie, data);
  if (!crop) return null;
  const canvas = Math.min(LARGEST, Math.round(SIZE / crop[2]));
  const side = Math.round(crop[2] * canvas);
  const [left, top] = [Math.round(crop[0] * canvas), Math.round(crop[1] * canvas)];
  const air = Math.max(0, -left, -top, left + side - canvas, top + side - canvas);
  const lottie = await openLottie(DotLottie, data, canvas);
  const frames = [];
  for (let frame = 0; frame < FRAMES; frame++) {
    const pixels = Buffer.from(lottie.paint(frame / FRAMES));
    const clear = { r: 0, g: 0, b: 0, alpha: 0 };
    const wide = await sharp(pixels, { raw: { width: canvas, height: canvas, channels: 4 } })
      .extend({ top: air, bottom: air, left: air, right: air, background: clear })
      .raw()
      .toBuffer();
    const whole = { width: canvas + 2 * air, height: canvas + 2 * air, channels: 4 };
    const cut = sharp(wide, { raw: whole }).extract({ left: left + air, top: top + air, width: side, height: side });
    frames.push(await toWebp(side === SIZE ? cut : cut.resize(SIZE, SIZE), QUALITY));
  }
  lottie.close();
  return frames;
}

async function main(work, npm) {
  const packages = openPackages(npm);
  const { sharp } = packages;
  const player = resolve(npm, 'node_modules/@lottiefiles/dotlottie-web/dist');
  const { DotLottie } = await import(pathToFileURL(`${player}/index.js`));
  const wasm = readFileSync(`${player}/dotlottie-player.wasm`, 'base64');
  DotLottie.setWasmUrl(`data:application/wasm;base64,${wasm}`);
  const noto = `${work}/noto`;
  const began = Date.now();
  const animations = [];
  const parts = [];
  const dropped = [];
  let offset = 0;
  for (const { codepoint, ...told } of listAnimations(packages, noto)) {
    const data = readFileSync(`${noto}/${codepoint}.json`, 'utf8');
    const frames = LEFT_OUT.test(told.name) ? null : await drawFrames({ sharp, DotLottie }, data);
    if (!frames) {
      dropped.push(told.name);
      continue;
    }
    const places = frames.map((frame) => {
      offset += frame.length;
      return [offset - frame.length, frame.length];
    });
    animations.push({ ...told, frames: places });
    parts.push(...frames);
    if (animations.length % 50 === 0) console.log(animations.length, `${((Date.now() - began) / 1000).toFixed(0)} s`);
  }
  const file = `${work}/meta.json`;
  const meta = JSON.parse(readFileSync(file, 'utf8'));
  writeFileSync(`${work}/animations.bin`, Buffer.concat(parts));
  writeFileSync(file, JSON.stringify({ ...meta, animations }));
  console.log('animations', animations.length, 'dropped', dropped.join(', '), `${(offset / 1e6).toFixed(1)} MB`);
}

await start(import.meta.url, main);

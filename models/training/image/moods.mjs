// node moods.mjs WORK NPM_FOLDER   (after render.mjs)
// Moods, taught as colours are by recolouring: smileys' features pasted on things -> WORK/pack.bin, meta.json and idx.json,
// the icons first and the mood pictures behind them.
import { readFileSync, writeFileSync } from 'node:fs';
import { eachInFlight, start, svgOf } from '../common/render.mjs';
import { FEATURES_FOR, featuresOf } from './faces.mjs';
import { listIcons, makeRandom, openPackages } from './icons.mjs';
import { contrastOf, distance, GRID_SIDE, placeFor } from './place.mjs';
import { packPictures, paint, QUALITY, SIZE, toWebp } from './render.mjs';
import { FAVOURITES, MOODS, THINGS } from './things.mjs';

const TARGET = Number(process.env.MOOD_PICTURES ?? 3300);
const MOOD_QUALITY = QUALITY - 6;
const HELD_PAIRS = 60;
const SMALLEST = 0.48; // of the thing's extent: a smaller face melts in 16 x 16 tokens
const FAVOURITE_STYLES = 4;
const STYLE_SHARE = { fxemoji: 0.5, 'streamline-emojis': 0.5 };

const mix = (a, b, share) => a.map((v, c) => v + (b[c] - v) * share);
const rgb = (colour) => `rgb(${colour.map(Math.round).join()})`;
const lightness = ([r, g, b]) => 0.3 * r + 0.59 * g + 0.11 * b;

/** A soft-edged ellipse in the middle of a place. */
function patch(id, { x, y, r }, colour, size, solid) {
  const stops =
    `<stop offset="${solid}" stop-color="${colour}"/>` + `<stop offset="1" stop-color="${colour}" stop-opacity="0"/>`;
  return (
    `<radialGradient id="${id}">${stops}</radialGradient>` +
    `<ellipse cx="${x}" cy="${y}" rx="${r * size}" ry="${r * size * 0.94}" fill="url(#${id})"/>`
  );
}

/** The features' nested SVG, their disc laid on the place's circle. */
function pasted(features, { x, y, r }) {
  const half = r * 1.08;
  const { cx, cy, radius, body } = features;
  return (
    `<svg x="${x - half}" y="${y - half}" width="${2 * half}" height="${2 * half}" overflow="visible" ` +
    `viewBox="${cx - radius} ${cy - radius} ${2 * radius} ${2 * radius}">${body}</svg>`
  );
}

const inBox = (place, [left, top, side]) => ({
  x: left + place.x * side,
  y: top + place.y * side,
  r: Math.min(place.r, 0.42) * side,
});

async function featurePixels(sharp, icon, face) {
  const svg = svgOf({ box: icon.box, body: face }, GRID_SIDE);
  return sharp(Buffer.from(svg)).ensureAlpha().raw().toBuffer();
}

/** What lies between thing and features: its own face covered, or a lighter spot where features would not show. */
async function ground(sharp, { thing, icon, place }, face) {
  const at = inBox(place, icon.box);
  const features = await featurePixels(sharp, icon, face);
  const covered = thing.kind === 'faced';
  const busy = place.plain < 0.55;
  if (!covered && !busy && contrastOf(features, place.pixels) > 0.72) return '';
  const main = place.colour;
  const options = [main, mix(main, [255, 255, 255], 0.4), mix(main, [255, 255, 255], 0.7), mix(main, [255, 255, 255], 0.9)];
  const start = lightness(main) < 105 ? 1 : 0;
  const colour = options.slice(start).find((option) => contrastOf(features, option) > 0.72) ?? options[3];
  return covered || distance(colour, main) > 0 || busy ? patch('ground', at, rgb(colour), 1.04, covered ? 0.84 : 0.72) : '';
}

async function compose(sharp, sets, candidate, mood) {
  const { icon, place } = candidate;
  const features = featuresOf(sets, FEATURES_FOR[icon.style], mood);
  const face = pasted(features, inBox(place, icon.box));
  const svg = svgOf({ box: icon.box, body: icon.body + (await ground(sharp, candidate, face)) + face }, SIZE);
  return paint(sharp, svg);
}

/** Every (thing, style) on which a face fits. */
async function findCandidates(sharp, icons) {
  const wanted = new Map(THINGS.map((thing) => [thing.label, thing]));
  const seen = new Set();
  const list = [];
  for (const icon of icons) {
    const thing = wanted.get(icon.caption);
    if (!thing || icon.tone || !FEATURES_FOR[icon.style] || seen.has(`${icon.style}:${icon.caption}`)) continue;
    seen.add(`${icon.style}:${icon.caption}`);
    list.push({ thing, icon });
  }
  await eachInFlight(list, async (entry) => {
    const { data } = await paint(sharp, svgOf(entry.icon, SIZE));
    entry.place = placeFor(data, SIZE);
  });
  return list.filter(({ place }) => place && place.share >= SMALLEST && place.r > 0.14);
}

function shuffled(list, random) {
  const copy = [...list];
  for (let i = copy.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    [copy[i], copy[j]] = [copy[j], copy[i]];
  }
  return copy;
}

/** Pairs never drawn for training, spread over the moods; things that only one or two styles know are no fair test. */
function chooseHeld(byName, random) {
  const fair = [...byName].filter(([name, list]) => !FAVOURITES.has(name) && list.length >= 4).map(([name]) => name);
  const names = shuffled(fair, random);
  const moods = Object.keys(MOODS);
  return new Set(names.slice(0, HELD_PAIRS).map((name, i) => `${moods[i % moods.length]} ${name}`));
}

/** Pictures of one thing: its moods take its styles by turns, so that every style comes with every mood. */
function picturesOf(name, list, held, random) {
  const favourite = FAVOURITES.has(name);
  const allowed = ({ icon }) => favourite || list.length < 3 || random() < (STYLE_SHARE[icon.style] ?? 1);
  const styles = shuffled(list.filter(allowed), random);
  if (styles.length === 0) return [];
  return Object.keys(MOODS).flatMap((mood, turn) => {
    const isHeld = held.has(`${mood} ${name}`);
    const count = favourite ? Math.min(FAVOURITE_STYLES, styles.length) : 1;
    const must = favourite || isHeld;
    return Array.from({ length: count }, (_, i) => ({ candidate: styles[(turn + i) % styles.length], mood, held: isHeld, must }));
  });
}

/** Which (thing, mood) in which styles: favourites in several, the rest thinned to an equal number of each mood. */
function choosePictures(candidates) {
  const random = makeRandom(2024);
  const byName = groupByName(candidates);
  const held = chooseHeld(byName, random);
  const all = [...byName].flatMap(([name, list]) => picturesOf(name, list, held, random));
  return Object.keys(MOODS).flatMap((mood, number) => {
    const mine = all.filter((picture) => picture.mood === mood);
    const must = mine.filter((picture) => picture.must);
    const room = Math.round((TARGET * (number + 1)) / 11) - Math.round((TARGET * number) / 11) - must.length;
    return [...must, ...shuffled(mine.filter((picture) => !picture.must), random).slice(0, Math.max(0, room))];
  });
}

function groupByName(candidates) {
  const groups = new Map();
  for (const candidate of candidates) {
    const { name } = candidate.thing;
    groups.set(name, [...(groups.get(name) ?? []), candidate]);
  }
  return groups;
}

/** Captions: "sad robot", then "unhappy robot", "robot that is sad", ... and the same with the icon's own longer label. */
function describe({ candidate, mood, held }) {
  const { thing, icon } = candidate;
  const { before, behind } = MOODS[mood];
  const names = [...new Set([thing.name, icon.caption])];
  const alts = names.flatMap((name) => [
    ...before.map((word) => `${word} ${name}`),
    ...behind.map((phrase) => `${name} ${phrase}`),
  ]);
  return {
    style: icon.style,
    key: `${icon.key}+${mood}`,
    caption: `${mood} ${thing.name}`,
    alts: [...new Set(alts)],
    tags: [],
    tone: '',
    family: `mood:${icon.family}`,
    hex: icon.hex,
    group: icon.group,
    flag: 0,
    weak: 0,
    mood,
    thing: thing.name,
    base: icon.key,
    held: held ? 1 : 0,
  };
}

async function main(work, npm) {
  const packages = openPackages(npm);
  const { sharp, sets } = packages;
  const candidates = await findCandidates(sharp, listIcons(packages));
  const chosen = choosePictures(candidates);
  console.log('things', new Set(candidates.map((c) => c.thing.name)).size, 'in styles', candidates.length);
  const pictures = new Array(chosen.length);
  await eachInFlight(chosen, async ({ candidate, mood }, index) => {
    pictures[index] = await toWebp(sharp, await compose(sharp, sets, candidate, mood), MOOD_QUALITY);
  });
  const moods = packPictures(chosen.map(describe), pictures);
  const icons = JSON.parse(readFileSync(`${work}/icons.json`, 'utf8'));
  const iconBytes = readFileSync(`${work}/icons.bin`);
  const behind = moods.items.map((item) => ({ ...item, offset: item.offset + iconBytes.length }));
  const bytes = Buffer.concat([iconBytes, moods.bytes]);
  writeFileSync(`${work}/pack.bin`, bytes);
  writeFileSync(`${work}/meta.json`, JSON.stringify({ styles: icons.styles, moods: MOODS, items: [...icons.items, ...behind] }));
  const places = [...icons.items, ...behind].map(({ offset, length }) => [offset, length]);
  writeFileSync(`${work}/idx.json`, JSON.stringify(places));
  console.log('moods', behind.length, 'held', behind.filter((item) => item.held).length);
  for (const key of ['mood', 'style']) console.log(JSON.stringify(tally(behind, key)));
  console.log(`${icons.items.length + behind.length} pictures, ${(bytes.length / 1e6).toFixed(1)} MB`);
}

function tally(items, key) {
  const counts = {};
  for (const item of items) counts[item[key]] = (counts[item[key]] ?? 0) + 1;
  return counts;
}

await start(import.meta.url, main);

// The icon sets and what each icon is called: names matched to emojibase (labels, tags, shortcodes) and emojilib (keywords).
import { openNpm } from '../common/render.mjs';
import { makeSplitter } from './names.mjs';

/** Sets whose licence lets a model trained on them ship (Apache-2.0, MIT, CC BY 4.0). Share-alike sets stay out. */
export const STYLES = [
  'noto', 'noto-v1', 'twemoji', 'fluent-emoji', 'fluent-emoji-flat',
  'emojione', 'fxemoji', 'streamline-emojis', 'flat-color-icons',
];

const FLAG_GROUP = 9;
const MAX_WORDS = 13;
const TONES_KEPT = ['light', 'medium', 'dark'];
const TONE_SHARE = 0.3;
const WORTHLESS = new RegExp(
  '^(letter-[a-z]|digit-.*|keycap|(light|medium|dark|medium-light|medium-dark)-skin-tone|number-\\d+|' +
    'regional-indicator.*|.*-sorting-.*|component-.*|\\d+)$',
);
const WEAK = /oclock|thirty|keycap|button|^input|japanese|squared|sign$|symbol|digit|trigram|dice/;

/** Small repeatable random numbers, so that a second run draws the same pictures. */
export function makeRandom(seed) {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

/** "Man’s Shoe" -> "mans-shoe" */
export const slug = (text) =>
  text
    .toLowerCase()
    .normalize('NFKD')
    .replace(/[’'“”".():,!?&]/g, '')
    .replace(/[^a-z0-9-]+/g, '-')
    .replace(/-+/g, '-')
    .replace(/^-|-$/g, '');

const bareHex = (hex) => hex.replace(/-FE0F/g, '');

/** Code points without gender, tone and joiners: "woman running" and "man running" are one family. */
function familyOf(emoji) {
  const dropped = /^(FE0F|200D|2640|2642|1F3F[B-F])$/;
  const person = /^(1F468|1F469|1F9D1)$/;
  const parts = emoji.hexcode.split('-').filter((part) => !dropped.test(part));
  return parts.map((part) => (person.test(part) ? 'P' : part)).join('-');
}

/** Reads every package from `folder`/node_modules (see ../common/package.json). */
export function openPackages(folder) {
  const { json, ...rest } = openNpm(folder);
  const sets = Object.fromEntries(STYLES.map((style) => [style, json(`@iconify-json/${style}/icons.json`)]));
  const chars = {};
  for (const style of STYLES) {
    try {
      chars[style] = json(`@iconify-json/${style}/chars.json`);
    } catch {
      chars[style] = {}; // not every set says which character an icon stands for
    }
  }
  return {
    ...rest,
    sets,
    chars,
    shortcodes: json('emojibase-data/en/shortcodes/emojibase.json'),
    keywords: json('emojilib/dist/emoji-en-US.json'),
  };
}

/** Name in slug form -> emoji of emojibase, by label, by shortcode, then by the sets' own character tables. */
function indexNames({ emojis, shortcodes, chars }) {
  const names = new Map();
  const addNew = (name, emoji) => {
    if (emoji && !names.has(name)) names.set(name, emoji);
  };
  const byHex = new Map(emojis.map((emoji) => [emoji.hexcode, emoji]));
  const byBareHex = new Map(emojis.map((emoji) => [bareHex(emoji.hexcode), emoji]));
  for (const emoji of emojis) names.set(slug(emoji.label), emoji);
  for (const hex in shortcodes) for (const code of [shortcodes[hex]].flat()) addNew(slug(code), byHex.get(hex));
  for (const style of STYLES) {
    for (const hex in chars[style]) {
      const name = chars[style][hex];
      if (!/skin-tone/.test(name)) addNew(name, byBareHex.get(bareHex(hex.toUpperCase())));
    }
  }
  return names;
}

/** Splits a skin tone off the name. Returns null for pairs of tones (too many, too alike). */
function splitTone(style, name, icons) {
  const found = name.match(/(medium-light|medium-dark|light|medium|dark)-skin-tone/g) ?? [];
  if (found.length > 1) return null;
  if (found.length === 1 && !/^(light|medium|dark|medium-light|medium-dark)-skin-tone$/.test(name)) {
    return { tone: found[0].replace('-skin-tone', ''), name: name.replace(`-${found[0]}`, '') };
  }
  const suffix = style.startsWith('fluent') && name.match(/^(.*?)-(medium-light|medium-dark|light|medium|dark)$/);
  if (suffix) {
    const [, base, tone] = suffix;
    const toneless = icons[base] || icons[base.replace(/^woman-|^man-/, 'person-')];
    if (toneless || /hand|fist|finger|person|man|woman|girl|boy|baby/.test(base)) return { tone, name: base };
  }
  return { tone: '', name };
}

const tidyFlag = (name) =>
  name.replace(/^flag-for-flag-/, 'flag-').replace(/^flag-for-/, 'flag-').replace(/^flag-st-/, 'flag-saint-');

/** The square view box around an icon; flat sets get a little air, noto has its own. */
function viewBox(style, set, icon) {
  const width = icon.width ?? set.width ?? 16;
  const height = icon.height ?? set.height ?? 16;
  const left = icon.left ?? set.left ?? 0;
  const top = icon.top ?? set.top ?? 0;
  const side = Math.max(width, height);
  const air = style === 'noto' || style === 'noto-v1' ? 0 : 0.02 * side;
  return [left - (side - width) / 2 - air, top - (side - height) / 2 - air, side + 2 * air, side + 2 * air];
}

/** Caption, other captions, and tags that add something to them. */
function describe(style, name, packages, names) {
  const emoji = style === 'flat-color-icons' ? undefined : names.get(name);
  const own = name.split('-').filter(Boolean);
  const label = emoji ? slug(emoji.label).split('-') : own;
  const codes = emoji ? [packages.shortcodes[emoji.hexcode] ?? []].flat().map((code) => slug(code).split('-')) : [];
  const alts = [...new Set([label, own, ...codes].filter((words) => words.length <= 11).map((w) => w.join(' ')))];
  const keywords = emoji ? (packages.keywords[emoji.emoji] ?? []).map((word) => slug(word.replace(/_/g, '-'))) : [];
  const tags = emoji ? [...new Set([...(emoji.tags ?? []).map(slug), ...keywords])].map((t) => t.replace(/-/g, ' ')) : [];
  const useful = (tag) => {
    const size = tag.split(' ').length;
    return tag && size <= 3 && !alts.includes(tag) && !(size === 1 && label.includes(tag));
  };
  return { emoji, own, label, alts, tags: tags.filter(useful) };
}

/** Every icon worth drawing: what it is called, and its SVG body with a view box. */
export function listIcons(packages) {
  const names = indexNames(packages);
  const splitName = makeSplitter(names, packages, STYLES, slug);
  const flagNames = new Set(
    packages.emojis.filter((e) => e.group === FLAG_GROUP).map((e) => slug(e.label).replace(/^flag-/, '')),
  );
  const random = makeRandom(12345);
  const items = [];
  for (const style of STYLES) {
    const set = packages.sets[style];
    for (const [key, icon] of Object.entries(set.icons)) {
      if (icon.hidden) continue;
      let plain = key;
      if (style === 'fxemoji') plain = splitName(key);
      if (style === 'streamline-emojis') {
        plain = key.replace(/-\d$/, '');
        if (flagNames.has(plain)) plain = `flag-${plain}`;
      }
      const split = splitTone(style, plain, set.icons);
      if (!split) continue;
      if (split.tone && (!TONES_KEPT.includes(split.tone) || random() > TONE_SHARE)) continue;
      const name = tidyFlag(split.name);
      if (WORTHLESS.test(name)) continue;
      const { emoji, own, label, alts, tags } = describe(style, name, packages, names);
      if (own.length > MAX_WORDS && label.length > MAX_WORDS) continue;
      const labelled = emoji && emoji.group === FLAG_GROUP && /^flag-/.test(slug(emoji.label));
      items.push({
        style,
        key,
        caption: label.join(' '),
        alts,
        tags,
        tone: split.tone,
        family: emoji ? familyOf(emoji) : `x:${name}`,
        hex: emoji?.hexcode ?? '',
        group: emoji?.group ?? -1,
        flag: labelled || /^flag-/.test(name) ? 1 : 0,
        weak: WEAK.test(`${name} ${label.join('-')}`) ? 1 : 0,
        mood: null,
        body: icon.body,
        box: viewBox(style, set, icon),
      });
    }
  }
  return items;
}

// The things and their icons: which emoji, in which sets.
import { openNpm } from '../common/render.mjs';
import { slug } from '../image/icons.mjs';
import { CHOSEN, LEFT_OUT, nameAll, WHOLE } from './names.mjs';

/** Styles the language model speaks, then those only the tokenizer sees. */
export const STYLES = ['twemoji', 'noto', 'fluent-emoji-flat', 'fluent-emoji', 'emojione', 'noto-v1'];
const SPOKEN = 4;
const FEWEST_SPOKEN = 2;
const COMPONENTS = 2;
const FLAGS = 9;

const bareHex = (hex) => hex.toLowerCase().replace(/-fe0f/g, '');

/** "Piñata" -> "pinata", "red heart" -> "red-heart" */
export const plainSlug = (label) => slug(label.normalize('NFKD').replace(/\p{M}/gu, ''));

/** Reads the packages of ../common/package.json from `folder`/node_modules. */
export function openPackages(folder) {
  const { json, sharp, emojis } = openNpm(folder);
  const sets = {};
  for (const style of STYLES) {
    const chars = Object.entries(json(`@iconify-json/${style}/chars.json`));
    sets[style] = {
      ...json(`@iconify-json/${style}/icons.json`),
      chars: new Map(chars.map(([hex, name]) => [bareHex(hex), name])),
    };
  }
  return {
    sharp,
    sets,
    emojis: emojis.filter((emoji) => emoji.group !== undefined),
    subgroups: json('emojibase-data/meta/groups.json').subgroups,
  };
}

/** An emoji's icon in a set, by code points, else by label: its SVG body and view box; undefined if it has none. */
function findIcon(set, emoji) {
  const name = set.chars.get(bareHex(emoji.hexcode));
  const icon = set.icons[name] ?? set.icons[plainSlug(emoji.label)];
  if (!icon) return undefined;
  const box = [icon.left ?? set.left ?? 0, icon.top ?? set.top ?? 0];
  return { body: icon.body, box: [...box, icon.width ?? set.width ?? 16, icon.height ?? set.height ?? 16] };
}

/** Things ({ name, aliases, category, hexcode, icons: [{ style, body, box }] }) that enough spoken styles have. */
export function listThings({ sets, emojis, subgroups }) {
  const chosen = [];
  for (const emoji of emojis) {
    const label = plainSlug(emoji.label);
    const category = subgroups[emoji.subgroup];
    if (emoji.group === COMPONENTS || emoji.group === FLAGS || LEFT_OUT.has(label)) continue;
    if (!WHOLE.has(category) && !CHOSEN.has(label)) continue;
    const icons = STYLES.map((name, style) => ({ style, ...findIcon(sets[name], emoji) })).filter((icon) => icon.body);
    if (icons.filter((icon) => icon.style < SPOKEN).length < FEWEST_SPOKEN) continue;
    chosen.push({ label, tags: emoji.tags ?? [], category, hexcode: bareHex(emoji.hexcode), icons });
  }
  const names = nameAll(chosen);
  return chosen.map(({ category, hexcode, icons }, index) => ({ ...names[index], category, hexcode, icons }));
}

// Facial features (eyes, brows, mouth, tears) of flat smileys: the smiley without its disc.

const USUAL = {
  happy: 'grinning-face',
  sad: 'frowning-face',
  angry: 'angry-face',
  surprised: 'astonished-face',
  sleepy: 'sleeping-face',
  crying: 'loudly-crying-face',
  laughing: 'face-with-tears-of-joy',
  loving: 'smiling-face-with-heart-eyes',
  cool: 'smiling-face-with-sunglasses',
  winking: 'winking-face',
  silly: 'winking-face-with-tongue',
};

/** Sets whose smileys are flat enough to take the disc off: colours of the disc, its middle and radius in view box units. */
const SETS = {
  twemoji: { skin: ['#ffcc4d'], disc: [18, 18, 18], names: USUAL },
  'noto-v1': { skin: ['#fcc21b', '#fcc01c'], disc: [64, 66, 60], names: { ...USUAL, surprised: 'face-with-open-mouth' } },
  emojione: { skin: ['#ffdd67'], disc: [32, 32, 30], names: USUAL },
  'fluent-emoji-flat': { skin: ['#ffb02e'], disc: [16, 16, 14], names: USUAL },
};

/** Moods whose noto-v1 smiley is shaded, or says it too softly to be read on a thing. */
const BORROWED = new Set(['crying', 'laughing', 'loving']);

/** Whose features suit the things of a style. */
export const FEATURES_FOR = {
  noto: 'noto-v1',
  'noto-v1': 'noto-v1',
  fxemoji: 'noto-v1',
  twemoji: 'twemoji',
  'streamline-emojis': 'twemoji',
  emojione: 'emojione',
  'fluent-emoji': 'fluent-emoji-flat',
  'fluent-emoji-flat': 'fluent-emoji-flat',
};

/** Brown features made for yellow skin would sink into brown and red things: darker. */
const darken = (body) =>
  body.replace(/#66450[0-9]|#66471b/g, '#2e1f00').replace(/#664e27/g, '#33240c').replace(/#402a32/g, '#2b1a20');

/** SVG of the features alone, with the middle and radius of the disc they sat on. */
export function featuresOf(sets, wanted, mood) {
  const name = wanted === 'noto-v1' && BORROWED.has(mood) ? 'twemoji' : wanted;
  const { skin, disc, names } = SETS[name];
  const icon = sets[name].icons[names[mood]];
  if (!icon) throw new Error(`no ${mood} face in ${name}`);
  const painted = new RegExp(`<(path|circle|ellipse)\\b[^>]*fill="(${skin.join('|')})"[^>]*/>`, 'g');
  const [cx, cy, radius] = disc;
  return { body: darken(icon.body.replace(painted, '')), cx, cy, radius };
}

// fxemoji runs its names together ("grinningfacewithsmilingeyes"): split them by the words other names are made of.

/** Words of those names that no other source knows, or knows too seldom. */
const OFTEN =
  'pointing down right left up double arrow black white heavy small large medium triangle folded hand raised copyright ' +
  'symbol sign script bold ballot rosette universal father frown construction compression capital letter grin squint ' +
  'clock wide eyes reverse thumbs thought balloon';
const SOMETIMES =
  'waitress multiple potable system saggitarius icon spurting stamped pen over north east south west mans womans unified ' +
  'ideograph sideways';
const SHORT_WORDS = /^(a|o|of|on|no|up|in|to|ok|at|go|tv|cd|vs|id|ox)$/;
const LONGEST = 16;

function countWords(names, { emojis, keywords, sets }, styles, slug) {
  const counts = new Map();
  const add = (word, n = 1) => counts.set(word, (counts.get(word) ?? 0) + n);
  const addName = (name, pattern) => {
    for (const word of name.split('-')) if (pattern.test(word)) add(word);
  };
  for (const name of names.keys()) addName(name, /^[a-z]+$/);
  for (const word of OFTEN.split(' ')) add(word, 30);
  for (const emoji of emojis) {
    for (const tag of [...(emoji.tags ?? []), ...(keywords[emoji.emoji] ?? [])]) {
      addName(slug(tag.replace(/_/g, '-')), /^[a-z]{3,}$/);
    }
  }
  for (const style of styles) {
    if (style !== 'fxemoji') for (const key of Object.keys(sets[style].icons)) addName(key, /^[a-z]{3,}$/);
  }
  for (const word of SOMETIMES.split(' ')) add(word, 20);
  for (const word of counts.keys()) if (word.length <= 2 && !SHORT_WORDS.test(word)) counts.delete(word);
  return counts;
}

/** Returns name -> slug: a known name as it is, a known name without its hyphens, else the likeliest split into words. */
export function makeSplitter(names, packages, styles, slug) {
  const counts = countWords(names, packages, styles, slug);
  const total = [...counts.values()].reduce((sum, n) => sum + n, 0);
  const joined = new Map([...names.keys()].map((name) => [name.replace(/-/g, ''), name]));
  const price = (word) => {
    const known = counts.has(word) && (word.length > 1 || word === 'a' || word === 'o');
    if (known) return 1.5 - Math.log(counts.get(word) / total);
    return /^\d+$/.test(word) ? 6 : 8 + 7 * word.length;
  };
  const cheapest = (text) => {
    const cost = [0];
    const cut = [0];
    for (let end = 1; end <= text.length; end++) {
      cost[end] = Number.POSITIVE_INFINITY;
      for (let start = Math.max(0, end - LONGEST); start < end; start++) {
        const sum = cost[start] + price(text.slice(start, end));
        if (sum < cost[end]) {
          cost[end] = sum;
          cut[end] = start;
        }
      }
    }
    const words = [];
    for (let end = text.length; end > 0; end = cut[end]) words.unshift(text.slice(cut[end], end));
    return words.join('-');
  };
  return (name) => (names.has(name) ? name : (joined.get(name) ?? cheapest(name)));
}

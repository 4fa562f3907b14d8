"""python captions.py MINILM_FOLDER  (after moods.mjs; WORK as in the other scripts)
Captions as numbers -> WORK/captions.npz, captions.json, and for the product vocab.json, heldout.json."""
import json
import os
import random
import sys

import numpy as np
import torch
import torch.nn.functional as F

from heldout import Families, full_caption, held_a, held_moods
from hues import COLOURS, COLOUR_WORDS, measure, name_of, recolourable
from words import SIZE, WordVectors

WORK = os.environ.get('WORK', './work/image')
WORDS = 13                      # of a prompt
PAD, NULL, UNK, BOI, CLEAN, MOOD, AUG, RECOL = range(8)
FIRST_STYLE = 8
STOP = set('a an the of with and in on to for at by or no off up'.split())
# things that mean something else when mirrored
UPRIGHT = set('left right flag letter button keycap oclock clock thirty arrow sign latin number text symbol leftwards '
              'rightwards digit input abc japanese calendar mark back soon end top cool new free ok up blood'.split())
FLAGS = 9
CLOSE_WORDS = 1800
LEAST_SEEN = 3
MOOD_SHARE = .10                # of all draws


def alternatives(item, seed):
    """16 captions as word lists: 0 the label, 1-5 other names, 6-10 label + tags, 11-15 tags or shuffled words."""
    r = random.Random(seed)
    if item['mood']:
        return mood_alternatives(item, r)
    tone = f"{item['tone']} skin tone".split() if item['tone'] else []
    label = item['caption'].split()
    names = [a.split() for a in item['alts']] or [label]
    tags = [t.split() for t in item['tags']]
    some_tags = lambda n: [w for tag in r.sample(tags, min(len(tags), n)) for w in tag]
    result = [label + tone]
    others = names[1:] or names
    result += [others[k % len(others)] + tone for k in range(5)]
    for _ in range(5):
        name = names[0] if r.random() < .6 else r.choice(names)
        extra = some_tags(r.choice([1, 1, 2, 3]))
        result.append((extra + name if r.random() < .5 else name + extra) + tone)
    for _ in range(5):
        if len(tags) >= 3 and r.random() < .75:
            result.append(some_tags(r.choice([2, 3, 3, 4])) + (tone if r.random() < .5 else []))
        else:
            content = [w for w in label if w not in STOP]
            r.shuffle(content)
            result.append(content + tone)
    return [words[:WORDS] for words in result]


def mood_alternatives(item, r):
    """0 the canonical caption; then other words for the mood, before and behind the thing."""
    others = [a.split() for a in item['alts'] if a != item['caption']]
    some = r.sample(others, min(15, len(others)))
    some += [r.choice(others) for _ in range(15 - len(some))]
    return [words[:WORDS] for words in [item['caption'].split()] + some]


def with_colour(item, colour, r):
    """The label with a colour word: mostly first, for moods mostly behind the mood ("sad blue robot")."""
    words = [w for w in item['caption'].split() if w not in COLOUR_WORDS]
    if item['mood'] and len(words) > 1:
        at = 1 if r.random() < .65 else 0
    else:
        at = 0 if not words or r.random() < .7 else r.randrange(len(words))
    return (words[:at] + [colour] + words[at:])[:WORDS]


class Vocabulary:
    """Words the captions teach, words they only mention, and close common words with a vector only."""

    def __init__(self, captions, train, styles, extra, minilm):
        counts = {}
        for at in train:
            for word in {w for words in captions[at] for w in words}:
                counts[word] = counts.get(word, 0) + 1
        taught = {w for w, n in counts.items() if n >= LEAST_SEEN} | COLOUR_WORDS | extra
        mentioned = {w for item in captions for words in item for w in words} - taught
        close = minilm.close_words(sorted(taught), taught | mentioned, CLOSE_WORDS)
        words = sorted(taught) + sorted(mentioned) + close
        self.first = FIRST_STYLE + len(styles)
        self.seen = self.first + len(taught)
        self.size = self.first + len(words)
        self.ids = {w: self.first + at for at, w in enumerate(words)}
        vectors = minilm.embed(words)
        vectors = F.normalize(vectors - vectors[:len(taught)].mean(0), dim=1)   # what all words share says nothing
        self.vectors = np.zeros((self.size, SIZE), np.float16)
        self.vectors[self.first:] = vectors.numpy()
        print('words taught', len(taught), 'mentioned', len(mentioned), 'close', len(close))

    def encode(self, words):
        ids = [self.ids.get(w, UNK) for w in words][:WORDS]
        return ids + [PAD] * (WORDS - len(ids))


def sampling_weights(items, families, train):
    """Tones and genders of a thing share its draws; flags, weak signs and interface icons come less often."""
    group = lambda at: (items[at]['style'], items[at]['caption'] if items[at]['mood'] else families[at])
    sizes = {}
    for at in train:
        sizes[group(at)] = sizes.get(group(at), 0) + 1
    weights = np.zeros(len(items), np.float32)
    for at in train:
        item = items[at]
        weights[at] = (sizes[group(at)] ** -.5 * (.35 if item['flag'] else .4 if item['weak'] else 1)
                       * (.6 if item['style'] == 'flat-color-icons' else 1))
    moods = np.array([bool(item['mood']) for item in items])
    weights[moods] *= MOOD_SHARE / (1 - MOOD_SHARE) * weights[~moods].sum() / max(1e-9, weights[moods].sum())
    return weights


def product_tables(items, train, vocabulary, styles, moods):
    """What the product looks captions up in: captions -> styles seen, phrases -> captions, moods."""
    captions, names, tags, mood_captions = {}, {}, {}, {}
    for at in train:
        item = items[at]
        label = item['caption']
        if item['mood']:
            mood_captions.setdefault(label, set()).add(item['style'])
            continue
        captions.setdefault(label, set()).add(item['style'])
        for name in item['alts']:
            names.setdefault(name, set()).add(label)
        for tag in item['tags']:
            tags.setdefault(tag, set()).add(label)
    synonyms = {k: v - {k} for k, v in names.items()}
    for tag, labels in tags.items():
        if len(labels) <= 3:                # a tag of many things names none of them
            synonyms[tag] = synonyms.get(tag, set()) | labels
    mood_words = {word: mood for mood, table in moods.items() for word in table['before'] + table['behind']}
    tidy = lambda table: {k: sorted(v) for k, v in sorted(table.items())}
    return dict(
        ids=vocabulary.ids, nseen=vocabulary.seen, styles={s: FIRST_STYLE + at for at, s in enumerate(styles)},
        colours=COLOURS, captions=tidy(captions), synonyms=tidy({k: v for k, v in synonyms.items() if v and k not in captions}),
        moods=mood_words, mood_captions=tidy(mood_captions))


def save_json(name, value):
    with open(f'{WORK}/{name}', 'w') as f:
        json.dump(value, f, separators=(',', ':'))


def main(minilm_folder):
    torch.set_num_threads(int(os.environ.get('OMP_NUM_THREADS', 1)))
    with open(f'{WORK}/meta.json') as f:
        meta = json.load(f)
    with open(f'{WORK}/pack.bin', 'rb') as f:
        pack = f.read()
    items, styles, moods = meta['items'], meta['styles'], meta['moods']
    families = Families(items).of
    test_a, hold_a = held_a(items, families)
    test_m = held_moods(items, set(hold_a))
    never = {at for at, item in enumerate(items) if item.get('held')}
    train = sorted(set(range(len(items))) - set(hold_a) - never)

    captions = [alternatives(item, at * 7 + 1) for at, item in enumerate(items)]
    mood_words = {w for table in moods.values() for phrase in table['before'] + table['behind'] for w in phrase.split()}
    vocabulary = Vocabulary(captions, train, styles, mood_words, WordVectors(minilm_folder))
    hues = [measure(pack[item['offset']:item['offset'] + item['length']]) for item in items]
    may_recolour = np.array([recolourable(item, hue) for item, hue in zip(items, hues)])
    colour_names = [name_of(hue, can) for hue, can in zip(hues, may_recolour)]

    encode = lambda lists: np.array([[vocabulary.encode(words) for words in some] for some in lists], np.int16)
    recoloured = [[with_colour(item, colour, random.Random(at * 31 + k)) for k, colour in enumerate(COLOURS)]
                  for at, item in enumerate(items)]
    coloured = [[with_colour(item, name, random.Random(at)) if name else captions[at][0]]
                for at, (item, name) in enumerate(zip(items, colour_names))]
    upright = [item['group'] == FLAGS or any(w in UPRIGHT for words in captions[at][:6] for w in words)
               and not item['mood'] for at, item in enumerate(items)]
    weights = sampling_weights(items, families, train)
    np.savez_compressed(
        f'{WORK}/captions.npz', CAP=encode(captions), RCAP=encode(recoloured), CAPC=encode(coloured)[:, 0],
        STY=np.array([FIRST_STYLE + styles.index(item['style']) for item in items], np.int16),
        KIND=np.array([MOOD if item['mood'] else CLEAN for item in items], np.int8), noflip=np.array(upright),
        dom=np.array([hue.degrees for hue in hues], np.float32), recol=may_recolour, MV=vocabulary.vectors, wt=weights,
        train=np.array(train), holdA=np.array(hold_a), testA=np.array(test_a), testM=np.array(test_m))

    pairs = lambda some: [[items[at]['style'], full_caption(items[at])] for at in some]
    list_a, list_m = pairs(test_a), pairs(test_m)
    families = [item['caption'] if item['mood'] else family for item, family in zip(items, families)]
    number = {family: at for at, family in enumerate(dict.fromkeys(families))}
    save_json('captions.json', dict(
        T=vocabulary.size, nseen=vocabulary.seen, vocab=vocabulary.ids, styles=styles, colours=COLOURS, listA=list_a,
        listM=list_m, caps=[full_caption(item) for item in items], style=[item['style'] for item in items],
        fam=[number[family] for family in families]))
    save_json('vocab.json', product_tables(items, train, vocabulary, styles, moods))
    save_json('heldout.json', dict(A=list_a, B=[], all_B_captions=[], M=list_m))
    mood = np.array([bool(item['mood']) for item in items])
    print('pictures', len(items), 'train', len(train), 'held A', len(hold_a), 'tests A', len(test_a), 'M', len(test_m))
    print('text ids', vocabulary.size, 'seen', vocabulary.seen, 'recolourable', int(may_recolour.sum()),
          'of moods', int(may_recolour[mood].sum()), 'coloured', sum(name is not None for name in colour_names),
          'mood share of draws', round(float(weights[mood].sum() / weights.sum()), 4))


if __name__ == '__main__':
    main(sys.argv[1])

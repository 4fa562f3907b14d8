"""Which pictures stay out of training: set A, named in heldout_a.json with the twins of their style, and the mood pairs M."""
import json
import os

TWIN = {'noto': 'noto-v1', 'noto-v1': 'noto', 'fluent-emoji': 'fluent-emoji-flat', 'fluent-emoji-flat': 'fluent-emoji'}
# words that do not make another thing of a thing: "man running", "person running", "running"
SOFT = set('man woman men women person people boy girl male female mans womans face sign button symbol'.split())


def full_caption(item):
    return item['caption'] + (f" {item['tone']} skin tone" if item['tone'] else '')


class Families:
    """Union-find over code point families and labels that differ by soft words only."""

    def __init__(self, items):
        self.parent = {}
        for item in items:
            own = 'f:' + item['family']
            self.find(own)
            if item['flag'] or item['mood']:
                continue
            for caption in [item['caption']] + item['alts'][1:2]:
                key = ' '.join(w for w in caption.split() if w not in SOFT)
                if key:
                    self.parent[self.find(own)] = self.find('k:' + key)
        self.of = [self.find('f:' + item['family']) for item in items]

    def find(self, a):
        while self.parent.setdefault(a, a) != a:
            self.parent[a] = self.parent[self.parent[a]]
            a = self.parent[a]
        return a


def held_a(items, families):
    """(test pictures, all pictures to leave out): the pair, its family in that style and its twin,
    and the mood pictures made of them."""
    with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), 'heldout_a.json')) as f:
        pairs = [tuple(pair) for pair in json.load(f)['pairs']]
    place = {}
    for at, item in enumerate(items):
        if not item['mood']:
            place.setdefault((item['style'], full_caption(item)), at)
    tests = [place[pair] for pair in pairs if pair in place]
    gone = {(style, families[at]) for at in tests for style in (items[at]['style'], TWIN.get(items[at]['style']))}
    held = {at for at, item in enumerate(items) if not item['mood'] and (item['style'], families[at]) in gone}
    icons = {(items[at]['style'], items[at]['key']) for at in held}
    held |= {at for at, item in enumerate(items) if item['mood'] and (item['style'], item['base']) in icons}
    return tests, sorted(held)


def held_moods(items, left_out):
    """The held-out (thing, mood) pairs; not those that would show a picture of set A."""
    return [at for at, item in enumerate(items) if item.get('held') and at not in left_out]

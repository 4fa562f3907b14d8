"""Captions as token ids: prompts, choice of caption, dropping, held-out sets (captions.npz, captions.json)."""
import json
import re

import numpy as np
import torch

from habits import DATA, DEVICE, load_npz

PREFIX, WORDS, TOKENS = 16, 13, 256
PAD, NULL, UNK, BOI, CLEAN, MOOD, AUG, RECOL = range(8)   # text ids; the last four are kinds
FIRST_STYLE, STYLES = 8, 9
FIRST_WORD = FIRST_STYLE + STYLES
COLOURS = 11
SPECIALS = dict(PAD=PAD, NULL=NULL, UNK=UNK, BOI=BOI, CLEAN=CLEAN, MOOD=MOOD, AUG=AUG, RECOL=RECOL)


class Captions:
    """Everything about the pictures but the pictures, on the device."""

    def __init__(self, folder=DATA):
        arrays = load_npz(f'{folder}/captions.npz')
        with open(f'{folder}/captions.json') as f:
            self.info = json.load(f)
        tensor = lambda name, kind=torch.long: torch.from_numpy(np.ascontiguousarray(arrays[name])).to(DEVICE, kind)
        self.captions, self.recoloured, self.coloured = tensor('CAP'), tensor('RCAP'), tensor('CAPC')
        self.style, self.kind = tensor('STY'), tensor('KIND')
        self.may_flip = ~tensor('noflip', torch.bool)
        self.main_hue, self.recolourable = tensor('dom', torch.float), tensor('recol', torch.bool)
        self.train, self.held_a, self.test_a, self.test_m = (tensor(k) for k in ('train', 'holdA', 'testA', 'testM'))
        self.vectors = arrays['MV']
        self.n = len(self.captions)
        self.weights = torch.zeros(self.n, device=DEVICE)
        self.weights[self.train] = tensor('wt', torch.float)[self.train]
        self.words, self.seen = self.info['T'], self.info['nseen']
        self.mood_weights = self.weights * (self.kind == MOOD)
        self.recolour_weights = self.weights * self.recolourable

    @property
    def held(self):
        return torch.cat([self.held_a, self.test_m]).unique()

    def pick(self, n, weights=None):
        """n training pictures, drawn by weight."""
        weights = self.weights if weights is None or not bool((weights > 0).any()) else weights
        return torch.multinomial(weights, n, True)

    def prefix(self, index, caption=None, kind=None, style=None):
        """[style][kind][13 words][BOI] of pictures; parts that are not given are the picture's own."""
        p = torch.full((len(index), PREFIX), PAD, device=DEVICE)
        p[:, 0] = self.style[index] if style is None else style
        p[:, 1] = self.kind[index] if kind is None else kind
        p[:, 2:15] = self.captions[index, 0] if caption is None else caption
        p[:, 15] = BOI
        return p

    def caption(self, index, kind, colour):
        """One of each picture's captions: 47 % label, 8 % label with colour, 19 % other names,
        15 % label + tags, 11 % tags or shuffled words; the recoloured caption where the kind says so."""
        n = len(index)
        u = torch.rand(n, device=DEVICE)
        among = lambda low, high: torch.randint(low, high, (n,), device=DEVICE)
        which = torch.where(u < .55, 0, torch.where(u < .74, among(1, 6), torch.where(u < .89, among(6, 11), among(11, 16))))
        chosen = torch.where((u < .08)[:, None], self.coloured[index], self.captions[index, which])
        return torch.where((kind == RECOL)[:, None], self.recoloured[index, colour], chosen)

    def drop(self, prefix):
        """3 % of words unknown; the whole caption away for 10 % (guidance needs it), the style for 5 %."""
        n = len(prefix)
        u = torch.rand(n, 1, device=DEVICE)
        words = prefix[:, 2:15]
        lost = (torch.rand(n, WORDS, device=DEVICE) < .03) & (words != PAD)
        result = prefix.clone()
        result[:, 2:15] = torch.where(u < .10, NULL, torch.where(lost, UNK, words))
        result[:, :1] = torch.where((u < .03) | (u > .98), NULL, prefix[:, :1])
        return result

    def prompt(self, text, style, kind=CLEAN):
        """A prefix for free text; plurals and singulars stand in for one another."""
        vocabulary = self.info['vocab']
        other = lambda w: w[:-1] if w.endswith('s') else w + 's'
        words = re.sub('[^a-z0-9]+', ' ', text.lower()).split()
        ids = [vocabulary.get(w, vocabulary.get(other(w), UNK)) for w in words][:WORDS]
        first = FIRST_STYLE + self.info['styles'].index(style) if style else NULL
        return [first, kind] + ids + [PAD] * (WORDS - len(ids)) + [BOI]


def without_caption(prefix):
    """For guidance: the style stays, the caption goes."""
    result = prefix.clone()
    result[:, 2:15] = NULL
    return result


class Prompts:
    """Prompts for the student: training captions, half of them in other styles, many with colours and moods.

    A caption never comes with a style in which it is held out.
    """

    def __init__(self, captions):
        self.c = captions
        families = captions.info.get('fam') or captions.info['caps']
        number = {f: i for i, f in enumerate(sorted(set(families)))}
        self.family = torch.tensor([number[f] for f in families], device=DEVICE)
        self.forbidden = torch.zeros(len(number), STYLES, dtype=torch.bool, device=DEVICE)
        held = captions.held
        self.forbidden[self.family[held], captions.style[held] - FIRST_STYLE] = True

    def draw(self, n):
        c = self.c
        moods, colours = n * 15 // 100, n * 30 // 100
        index = torch.cat([c.pick(moods, c.mood_weights), c.pick(colours, c.recolour_weights), c.pick(n - moods - colours)])
        kind = c.kind[index]
        to_colour = torch.zeros(n, dtype=torch.bool, device=DEVICE)
        to_colour[moods:moods + colours] = True
        kind = torch.where(to_colour & c.recolourable[index], RECOL, kind)
        colour = torch.randint(0, COLOURS, (n,), device=DEVICE)
        style = torch.randint(0, STYLES, (n,), device=DEVICE)
        swap = (torch.rand(n, device=DEVICE) < .5) & ~self.forbidden[self.family[index], style]
        style = torch.where(swap, FIRST_STYLE + style, c.style[index])
        order = torch.randperm(n, device=DEVICE)
        return c.prefix(index, c.caption(index, kind, colour), kind, style)[order]

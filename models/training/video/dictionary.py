"""Codes of every thing in every pose: clips are made of them by shifting whole tokens, nothing is drawn in training.

    python3 dictionary.py

Needs tok_enc.npz in $WORK and the pack in $DATA. Writes $WORK/dictionary.npz: codes int16 [entries, 169] and what
lies where. Entry 0 is the empty canvas; then every row has its poses, in the order of motions.TABLES; then come the
animations, 16 frames each. Rows: sprites as they are, recoloured ones, pictures that pass for the user's own.
"""
import os
import random

import numpy as np
import torch
import torch.nn.functional as F

from layout import AREA, FRAMES, SIDE
from habits import DATA, DEVICE, TOY, WORK, load_npz, say, settle
from motions import TABLES
from pictures import uniform
from sprites import COLOURS, colour_names, drawn, extent, hue_turned, placed, read_meta, recoloured, resized, to_float, unpack
from tokens import load_tokenizer

LANGUAGE_STYLES = 4             # the first four styles have words; the others pass for pictures of the user's own
RECOLOURED, OWN = (10, 10) if TOY else (2400, 4000)     # at most
BATCH = 16 if TOY else 384
POSES = len(TABLES.poses) - 1
MIDDLE = 7                      # poses are drawn around the corner between tokens 6 and 7


class Rows:
    """What every row shows: sprite, style (-1: the user's own), thing (-1 likewise), colour word or -1."""

    def __init__(self, meta, names):
        sprites, chance = meta['sprites'], random.Random(3)
        said = [i for i, s in enumerate(sprites) if s['style'] < LANGUAGE_STYLES]
        others = [i for i, s in enumerate(sprites) if s['style'] >= LANGUAGE_STYLES]
        can = [(i, c) for i in said if names[i] for c in range(len(COLOURS)) if COLOURS[c] != names[i]]
        chance.shuffle(can)
        self.painted = can[:RECOLOURED]
        self.own = (others + chance.sample(said, len(said)))[:OWN]
        self.sprite = np.array(said + [i for i, _ in self.painted] + self.own)
        self.first_painted, self.first_own = len(said), len(said) + len(self.painted)
        self.style = np.array([sprites[i]['style'] for i in self.sprite])
        self.thing = np.array([sprites[i]['thing'] for i in self.sprite])
        self.style[self.first_own:] = self.thing[self.first_own:] = -1
        self.colour = np.array([names[i] or '' for i in said] + [COLOURS[c] for _, c in self.painted] + [''] * len(self.own))


class Encoding:
    def __init__(self, tokenizer):
        self.tokenizer, self.empty = tokenizer, tokenizer.empty()

    @torch.no_grad()
    def codes(self, x):
        """x [n, 4, 16 m, 16 m] -> codes [n, m, m]; only patches with something in them are encoded."""
        n, m = len(x), x.shape[-1] // 16
        patches = F.avg_pool2d(x, 2).view(n, 4, m, 8, m, 8).permute(0, 2, 4, 1, 3, 5).reshape(-1, 4, 8, 8)
        codes = torch.full((len(patches),), self.empty, device=x.device)
        some = (patches[:, 3].amax((1, 2)) > 0).nonzero()[:, 0]
        for part in some.split(65536):
            codes[part] = self.tokenizer.encode(patches[part]).flatten()
        return codes.view(n, m, m)

    def canvas(self, codes):
        """Codes [n, m, m] of a pose's own canvas -> [n, 13, 13], its middle where poses have it."""
        n, m = len(codes), codes.shape[-1]
        whole = torch.full((n, SIDE + 1, SIDE + 1), self.empty, device=codes.device)
        first = MIDDLE - m // 2
        whole[:, first:first + m, first:first + m] = codes
        return whole[:, :SIDE, :SIDE].reshape(n, AREA).short()


class Maker:
    def __init__(self):
        torch.backends.cudnn.benchmark = False      # every batch has another number of patches
        self.meta = read_meta()
        self.sprites, self.animations = unpack()
        hues = [s['hue'] for s in self.meta['sprites']]
        self.names = colour_names(self.sprites, hues)
        self.hues = torch.tensor([h or 0. for h in hues], device=DEVICE)
        self.rows = Rows(self.meta, self.names)
        self.encoding = Encoding(load_tokenizer(WORK, DEVICE))

    def pictures(self, first, last):
        """Sprites of rows first ... last, painted or turned as their rows say."""
        r = self.rows
        index = torch.from_numpy(r.sprite[first:last]).to(DEVICE)
        x = to_float(self.sprites[index])
        row = torch.arange(first, last, device=DEVICE)
        painted = ((row >= r.first_painted) & (row < r.first_own)).nonzero()[:, 0]
        if len(painted):
            colour = torch.tensor([r.painted[i - r.first_painted][1] for i in row[painted].tolist()], device=DEVICE)
            x[painted] = recoloured(x[painted], self.hues[index[painted]], colour)
        own = (row >= r.first_own).nonzero()[:, 0]
        if len(own):
            n = len(own)
            turned = hue_turned(x[own], uniform(n, .6, 5.7))
            x[own] = torch.where((uniform(n) < .5).view(-1, 1, 1, 1), turned.flip(3), turned)
        return x

    def chunk(self, x):
        """All poses of sprites x -> [n, poses, 169]; textures of one size and factor are made once."""
        out, textures = torch.empty(len(x), POSES, AREA, dtype=torch.int16, device=DEVICE), {}
        for at, pose in enumerate(TABLES.poses[1:]):
            size, angle, factor = pose
            if (size, factor) not in textures:
                textures[size, factor] = resized(x, size, factor)
            drawing = placed(textures[size, factor], extent(pose), size, angle, factor)
            out[:, at] = self.encoding.canvas(self.encoding.codes(drawing))
        return out

    def run(self):
        r, parts = self.rows, [torch.full((1, AREA), self.encoding.empty, dtype=torch.int16)]
        for first in range(0, len(r.sprite), BATCH):
            last = min(first + BATCH, len(r.sprite))
            parts.append(self.chunk(self.pictures(first, last)).flatten(0, 1).cpu())
            if first % (8 * BATCH) == 0:
                say('rows', last, 'of', len(r.sprite))
        for x in self.animations.split(BATCH):
            drawing = drawn(to_float(x), (64, 0., 1.), 8)
            parts.append(self.encoding.canvas(self.encoding.codes(drawing)).cpu())
        np.savez(f'{WORK}/dictionary.npz', codes=torch.cat(parts).numpy(), empty=self.encoding.empty, sprite=r.sprite, style=r.style,
                 thing=r.thing, colour=r.colour, first_painted=r.first_painted, first_own=r.first_own)


class Dictionary:
    """The dictionary on the device; made now where no earlier stage left it."""

    def __init__(self):
        path = f'{WORK}/dictionary.npz'
        if not os.path.exists(path):
            Maker().run()
        z = load_npz(path)
        self.codes = torch.from_numpy(z['codes']).to(DEVICE)
        self.style, self.thing, self.colour = z['style'], z['thing'], z['colour']
        self.empty, self.first_painted, self.first_own = (int(z[k]) for k in ('empty', 'first_painted', 'first_own'))
        self.n = len(self.thing)
        self.first_animation = 1 + self.n * POSES

    def entry(self, row, pose):
        """Entries of rows at poses (arrays that broadcast); pose 0 is nothing."""
        return np.where(pose == 0, 0, 1 + row * POSES + pose - 1)

    def frames(self, animation):
        """Entries of an animation's frames [16]."""
        return self.first_animation + animation * FRAMES + np.arange(FRAMES)


if __name__ == '__main__':
    settle(3)
    Maker().run()
    say('dictionary of', DATA, 'written')

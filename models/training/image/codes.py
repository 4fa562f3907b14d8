"""Tokens of all pictures, by the tokenizer as stored.

    python3 codes.py

Writes $WORK/codes.npy (int16 [6, N, 256]: clean, 2 moved, 3 recoloured versions) and $WORK/codes_drawn.npz
(kind and colour of each), $OUT/codes_clean.npz and $OUT/config.json. Where no picture can be recoloured, it is moved instead.
"""
import os
from contextlib import nullcontext

import numpy as np
import torch

import shared  # noqa: F401
from captions_data import AUG, COLOURS, PREFIX, RECOL, SPECIALS, Captions
from habits import DEVICE, OUT, WORK, autocast, save_json, say, settle
from pictures import BATCH, load_half_size, recolour, shaken, to_float
from tokenizer_model import DECODER, LEVELS, load_tokenizer
from transformer import SIZE

MOVED, RECOLOURED = 2, 3


class Painter:
    """Draws tokens of pictures the way their kind says: as they are, moved, or recoloured."""

    def __init__(self, captions, half, tokenizer):
        self.c, self.half = captions, half
        self.white = tokenizer.white()
        self.codes = tokenizer.fsq.codes
        self.tokenizer = tokenizer
        self.clean = self.exact()
        self.fast = tokenizer.to(memory_format=torch.channels_last)
        self.type = torch.bfloat16
        if int(self.encode(torch.ones(1, 3, 128, 128, device=DEVICE))[0, 0]) != self.white:
            self.type = torch.float32          # white lies at the edge of its code: half precision would give it two

    @torch.no_grad()
    def exact(self):
        """Clean tokens in plain float32, as the product computes them."""
        torch.backends.cudnn.allow_tf32 = torch.backends.cuda.matmul.allow_tf32 = False
        parts = [self.tokenizer.encode(to_float(x)).short() for x in self.half.split(BATCH)]
        torch.backends.cudnn.allow_tf32 = torch.backends.cuda.matmul.allow_tf32 = True
        return torch.cat(parts)

    @torch.no_grad()
    def encode(self, x):
        with autocast(self.type) if self.type is torch.bfloat16 else nullcontext():
            return self.fast.encode(x.to(memory_format=torch.channels_last))

    def moved(self, index):
        return self.encode(shaken(to_float(self.half[index]), self.c.may_flip[index]))

    def recoloured(self, index, colour):
        return self.encode(recolour(to_float(self.half[index]), self.c.main_hue[index], colour))

    def version(self, recolouring):
        """One more version of every picture -> tokens int16 [N, 256], kinds [N], colours [N]."""
        n = self.c.n
        colour = torch.randint(0, COLOURS, (n,), device=DEVICE)
        paint = self.c.recolourable & recolouring
        parts = []
        for index in torch.arange(n, device=DEVICE).split(BATCH):
            other = self.moved(index)
            if recolouring:
                other = torch.where(paint[index, None], self.recoloured(index, colour[index]), other)
            parts.append(other.short())
        return torch.cat(parts), torch.where(paint, RECOL, AUG), colour


def load_painter(captions):
    return Painter(captions, load_half_size(), load_tokenizer(WORK, DEVICE))


class Codes:
    """All versions on the device, made now if no earlier stage left them."""

    def __init__(self, captions):
        path = f'{WORK}/codes.npy'
        if not os.path.exists(path):
            write(load_painter(captions))
        self.tokens = torch.from_numpy(np.load(path)).to(DEVICE)
        with np.load(f'{WORK}/codes_drawn.npz') as z:
            self.kind = torch.from_numpy(z['kind']).long().to(DEVICE)
            self.colour = torch.from_numpy(z['colour']).long().to(DEVICE)
            self.white, self.codes = int(z['white']), int(z['codes'])
        self.c, self.clean = captions, self.tokens[0]
        others = len(self.tokens) - 1
        self.shares = torch.tensor([.5] + [.5 / others] * others, device=DEVICE)

    def draw(self, n):
        """-> (prefixes, tokens) of n training pictures, half of them clean."""
        index, version = self.c.pick(n), torch.multinomial(self.shares, n, True)
        kind, colour = self.kind[version, index], self.colour[version, index]
        return self.c.prefix(index, self.c.caption(index, kind, colour), kind), self.tokens[version, index].long()


def write(painter):
    versions = [painter.version(False) for _ in range(MOVED)] + [painter.version(True) for _ in range(RECOLOURED)]
    kinds = [painter.c.kind] + [v[1] for v in versions]
    colours = [torch.zeros_like(painter.c.kind)] + [v[2] for v in versions]
    numbers = lambda parts, kind: torch.stack(list(parts)).cpu().numpy().astype(kind)
    np.savez(f'{WORK}/codes_drawn.npz', kind=numbers(kinds, np.int8), colour=numbers(colours, np.int8),
             white=painter.white, codes=painter.codes)
    np.save(f'{WORK}/codes.npy', numbers([painter.clean] + [v[0] for v in versions], np.int16))


def config(captions, codes, white):
    """Sizes and special ids, as the export reads them."""
    return dict(V=codes, d=SIZE['d'], layers=SIZE['layers'], heads=SIZE['heads'], kv_heads=SIZE['kv'], ff=SIZE['ff'],
                prefix=PREFIX, text_ids=captions.words, rope_base=100, white=white, fsq_levels=LEVELS,
                decoder_channels=DECODER, picture=[256, 256], tokens=[16, 16], specials=SPECIALS)


def main():
    captions = Captions()
    painter = load_painter(captions)
    save_json(f'{OUT}/config.json', config(captions, painter.codes, painter.white))
    say('clean codes, white', painter.white, 'share', round(float((painter.clean == painter.white).float().mean()), 3))
    np.savez_compressed(f'{OUT}/codes_clean.npz', codes=painter.clean.cpu().numpy())
    write(painter)
    say('codes of all versions written')


if __name__ == '__main__':
    settle(3)
    main()

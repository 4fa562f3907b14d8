"""Trains the tokenizer on pack.bin.

    python3 tokenizer.py SECONDS

Writes tok_enc.npz and tok_dec.npz (fp16), tokenizer.json (curve, figures) to $WORK and $OUT, half.npy (128 px pictures)
to $WORK. At 60 % of the time the encoder is frozen and a critic joins in.
"""
import sys

import numpy as np
import torch
import torch.nn.functional as F

import shared  # noqa: F401
import pictures
from captions_data import COLOURS, Captions
from habits import DEVICE, TOY, WORK, autocast, say, settle
from losses import detail_weight, gradient_loss, psnr
from pictures import move, recolour, to_float, turn_hue, uniform
from tokenizer_model import Critic, Tokenizer
from tokenizer_training import GRADIENT, LAST, TokenizerTrainer

BATCH = 4 if TOY else 128
REPORT = 5 if TOY else 600


class Trainer(TokenizerTrainer):
    blank = 'white'

    def __init__(self, seconds):
        self.pictures = pictures.unpack()
        self.captions = Captions()
        np.save(f'{WORK}/{pictures.HALF_FILE}', pictures.halve(self.pictures).cpu().numpy())
        say('pictures halved and kept')
        super().__init__(seconds, 25, Tokenizer(), Critic(), BATCH, REPORT)

    def batch(self):
        """Training pictures 256 px: a quarter recoloured where possible, most moved, some with all hues turned."""
        c, n = self.captions, BATCH
        index = c.pick(n)
        x = to_float(self.pictures[index])
        few = max(1, n // 4)
        painted = c.recolourable[index] & (torch.arange(n, device=DEVICE) < few)
        colour = torch.randint(0, COLOURS, (few,), device=DEVICE)
        repainted = recolour(x[:few], c.main_hue[index[:few]], colour)
        x[:few] = torch.where(painted[:few].view(-1, 1, 1, 1), repainted, x[:few])
        scale = torch.where(uniform(n) < .12, uniform(n, .45, .9), uniform(n, .85, 1.07))
        still = uniform(n) < .3
        scale = torch.where(still, 1., scale)
        shift = .08 * (~still).float()
        angle = torch.where((uniform(n) < .3) & ~still, uniform(n, -.15, .15), 0.)
        x = move(x, uniform(n) < .5, scale, uniform(n, -1, 1) * shift, uniform(n, -1, 1) * shift, angle, torch.ones_like(scale))
        return turn_hue(x, torch.where((uniform(n) < .15) & ~painted, uniform(n, 0, 6.283), 0.)).to(**LAST)

    def reconstruct(self, x):
        return self.decoded(F.avg_pool2d(x, 2))

    def losses(self, x, y):
        error = (detail_weight(x) * (y - x).abs()).mean()
        return error, error + GRADIENT * gradient_loss(y - x), (x, y)

    def figures(self):
        """PSNR at 256 and 128 px, bits a token, equal neighbours, on the held-out pictures."""
        large, small, tokens = [], [], []
        for index in self.captions.held.split(128):
            x = to_float(self.pictures[index])
            half = F.avg_pool2d(x, 2)
            with autocast():
                code = self.model.encode(half)
                y = self.model.decode(code).float().clamp(-1, 1)
            large.append(psnr(y, x))
            small.append(psnr(F.avg_pool2d(y, 2), half))
            tokens.append(code)
        grid = torch.cat(tokens).view(-1, 16, 16)
        share = torch.bincount(grid.flatten(), minlength=self.model.fsq.codes) / grid.numel()
        used = share[share > 0]
        figures = dict(psnr256=torch.cat(large).mean(), psnr128=torch.cat(small).mean(), bits=-(used * used.log2()).sum(),
                       left=(grid[:, :, 1:] == grid[:, :, :-1]).float().mean(),
                       above=(grid[:, 1:] == grid[:, :-1]).float().mean(), commonest=share.max())
        return {k: round(float(v), 3) for k, v in figures.items()} | dict(used=len(used))


if __name__ == '__main__':
    settle(0)
    Trainer(float(sys.argv[1])).run()

"""Trains the tokenizer on sprites at the poses that clips have.

    python3 tokenizer.py SECONDS

Needs sprites.bin, animations.bin, meta.json in $DATA. Writes tok_enc.npz and tok_dec.npz (fp16), tokenizer.json
(curve, figures) and sheet.png (held-out things, originals above what is decoded) to $WORK and $OUT. At 60 % of the
time the encoder is frozen and a critic joins in.
"""
import sys

import torch
import torch.nn.functional as F

import shared  # noqa: F401
from habits import DEVICE, OUT, TOY, autocast, settle
from heldout import held_things
from losses import detail_weight, gradient_loss, psnr
from motions import TABLES
from pictures import uniform
from sprites import drawn, hue_turned, over, placed, read_meta, resized, to_float, unpack
from tokenizer_model import Critic
from tokenizer_training import GRADIENT, LAST, TokenizerTrainer
from tokens import Tokenizer, without_faint

CROP = 10                         # tokens a side of a training picture: a big sprite just fits
BATCH = 16 if TOY else 224
# what a batch is made of, in sixteenths: base poses, animations, poses of the dictionary, any size and angle
UPRIGHT, ANIMATED, POSED, FREE = {48: 2, 64: 5, 80: 2}, 2, 4, 1
ALPHA = .3                        # weight of the transparency
REPORT = 5 if TOY else 500


class Sampler:
    """Draws training pictures [n, 4, 160, 160] in 0 ... 1."""

    def __init__(self, sprites, animations, meta):
        self.sprites, self.animations = sprites, animations
        held = set(held_things(meta['things']))
        index = lambda wanted: torch.tensor([i for i, s in enumerate(meta['sprites']) if wanted(s)], device=DEVICE)
        self.train = index(lambda s: s['thing'] not in held)
        self.held = index(lambda s: s['thing'] in held and s['style'] < 4)
        self.part = BATCH // 16

    def some(self, n):
        x = to_float(self.sprites[self.train[torch.randint(0, len(self.train), (n,), device=DEVICE)]])
        turned = uniform(n) < .2
        x = torch.where((uniform(n) < .3).view(-1, 1, 1, 1), x.flip(3), x)
        return torch.where(turned.view(-1, 1, 1, 1), hue_turned(x, torch.where(turned, uniform(n, 0, 6.283), 0.)), x)

    def moved(self, x):
        """Whole-token shifts for half of them, so that sprites are cut by the edge or have empty tokens at other sides."""
        top, left = (48 + 16 * torch.randint(-3, 4, (2,))).tolist()
        half, side = len(x) // 2, x.shape[-1]
        wide = F.pad(x[:half], (48,) * 4)
        return torch.cat([wide[..., top:top + side, left:left + side], x[half:]])

    def batch(self):
        parts = [drawn(self.some(self.part * share), (size, 0., 1.), CROP) for size, share in UPRIGHT.items()]
        which = torch.randint(0, max(1, len(self.animations)), (self.part * ANIMATED,), device=DEVICE)
        if len(self.animations):
            parts.append(placed(resized(to_float(self.animations[which]), 64), CROP, 64))
        for pose in torch.randint(1, len(TABLES.poses), (POSED * 2,)).tolist():
            parts.append(drawn(self.some(max(1, self.part // 2)), TABLES.poses[pose], CROP))
        n = self.part * FREE
        size = float(torch.randint(30, 84, (1,)))
        angle = torch.where(uniform(n) < .4, uniform(n, 0, 360), 0.)
        place = lambda: CROP * 4 + uniform(n, -8, 8)
        parts.append(placed(resized(self.some(n), size), CROP, size, angle, 1., place(), place()))
        return torch.cat([self.moved(x) for x in parts]).contiguous(**LAST)


class Trainer(TokenizerTrainer):
    adversarial = .035

    def __init__(self, seconds):
        self.meta = read_meta()
        self.sampler = Sampler(*unpack(), self.meta)
        super().__init__(seconds, 45, Tokenizer(), Critic(), BATCH, REPORT,
                         train=len(self.sampler.train), held=len(self.sampler.held))

    def batch(self):
        return self.sampler.batch()

    def reconstruct(self, x):
        return (self.decoded(without_faint(F.avg_pool2d(x, 2)) * 2 - 1) + 1) / 2

    def grounds(self, n):
        """Any colour, and white, gray or black [n, 3 or 1, 1, 1]."""
        gray = torch.tensor([1., 1., .6, 0.], device=DEVICE)[torch.randint(0, 4, (n,), device=DEVICE)]
        return torch.rand(n, 3, 1, 1, device=DEVICE), gray.view(-1, 1, 1, 1)

    def losses(self, x, y):
        error = 0.
        for ground in self.grounds(len(x)):
            a, b = (over(z, ground) * 2 - 1 for z in (x, y))
            error = error + .5 * (detail_weight(a) * (b - a).abs()).mean() + .5 * GRADIENT * gradient_loss(b - a)
        return error, error + ALPHA * 2 * (y[:, 3] - x[:, 3]).abs().mean(), (a, b)

    @torch.no_grad()
    def shown(self, index, size):
        """Held-out sprites upright -> on white in -1 ... 1: what was drawn, what is decoded; codes."""
        x = drawn(to_float(self.sampler.sprites[index]), (size, 0., 1.), 12)
        with autocast():
            codes = self.model.encode(F.avg_pool2d(x, 2))
            y = self.model.decode(codes)
        edge = (x.shape[-1] - 2 * size) // 2
        inside = slice(edge, edge + 2 * size)
        return [(over(z, 1.) * 2 - 1)[..., inside, inside] for z in (x, y)] + [codes]

    def figures(self):
        """PSNR on white and codes used, on the held-out things."""
        figures, used = {}, torch.zeros(self.model.fsq.codes, device=DEVICE)
        for size in (48, 64, 80):
            values = []
            for index in self.sampler.held.split(64):
                x, y, codes = self.shown(index, size)
                values.append(psnr(y, x))
                used += torch.bincount(codes.flatten(), minlength=len(used))
            figures[f'psnr{size}'] = round(float(torch.cat(values).mean()), 2)
        used[used.argmax()] = 0                     # the empty patch
        share = used[used > 0] / used.sum()
        bits = float(-(share * share.log2()).sum())
        return figures | dict(used=len(share), bits=round(bits, 2), flat=round(2 ** bits / len(used), 3))

    def sheet(self, path, columns=12, rows=4):
        """48 held-out sprites of 64 px, twelve a row, the originals above what is decoded; faces first."""
        from PIL import Image
        things, sprites = self.meta['things'], self.meta['sprites']
        face = lambda i: 'face' in things[sprites[i]['thing']]['category']
        order = sorted(self.sampler.held.tolist(), key=lambda i: (not face(i), i * 7919 % 997))
        faces = [i for i in order if face(i)][:columns * rows // 2]
        index = torch.tensor((faces + [i for i in order if not face(i)])[:columns * rows], device=DEVICE)
        self.model.eval()
        x, y, _ = self.shown(index, 64)
        lines = []
        for first in range(0, len(index), columns):
            for z in (x, y):
                line = z[first:first + columns]
                line = torch.cat([line, torch.ones(columns - len(line), *line.shape[1:], device=DEVICE)])
                lines.append(torch.cat(list(line), 2))
        pixels = ((torch.cat(lines, 1).clamp(-1, 1) + 1) * 127.5).byte().permute(1, 2, 0).cpu().numpy()
        Image.fromarray(pixels).save(path)


if __name__ == '__main__':
    settle(0)
    trainer = Trainer(float(sys.argv[1]))
    trainer.run()
    trainer.sheet(f'{OUT}/sheet.png')

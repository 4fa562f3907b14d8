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
from habits import DEVICE, FUSED, OUT, TOY, WORK, Budget, autocast, count, save_half, save_json, say, settle
from heldout import held_things
from losses import detail_weight, gradient_loss, psnr
from motions import TABLES
from pictures import uniform
from sprites import drawn, hue_turned, over, placed, read_meta, resized, to_float, unpack
from tokenizer_model import Critic
from tokens import Tokenizer, without_faint

CROP = 10                         # tokens a side of a training picture: a big sprite just fits
BATCH = 16 if TOY else 224
# what a batch is made of, in sixteenths: base poses, animations, poses of the dictionary, any size and angle
UPRIGHT, ANIMATED, POSED, FREE = {48: 2, 64: 5, 80: 2}, 2, 4, 1
RATE, CRITIC_RATE = 8e-4, 4e-4
FREEZE = .6                       # share of the time, then the critic
GRADIENT, ALPHA, ADVERSARIAL, FEATURES = .6, .3, .035, .8
REPORT = 5 if TOY else 500
LAST = dict(memory_format=torch.channels_last)


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


class Trainer:
    def __init__(self, seconds):
        self.budget = Budget(seconds, reserve=45)
        self.meta = read_meta()
        self.sampler = Sampler(*unpack(), self.meta)
        self.model = Tokenizer().to(DEVICE).to(**LAST)
        self.critic = Critic().to(DEVICE).to(**LAST)
        self.optimiser = torch.optim.AdamW(self.model.parameters(), lr=RATE, betas=(.9, .99), weight_decay=1e-4, **FUSED)
        self.critic_optimiser = torch.optim.Adam(self.critic.parameters(), lr=CRITIC_RATE, betas=(.5, .9), **FUSED)
        self.frozen_at = None
        self.log = dict(curve=[], encoder=count(self.model.enc), decoder=count(self.model.dec),
                        train=len(self.sampler.train), held=len(self.sampler.held))
        say('tokenizer', self.log)

    def freeze_encoder(self):
        self.log['at_freeze'] = self.report()
        self.model.enc.eval().requires_grad_(False)
        self.frozen_at = self.budget.steps

    def reconstruct(self, x):
        small = without_faint(F.avg_pool2d(x, 2)) * 2 - 1
        with autocast():
            with torch.set_grad_enabled(self.frozen_at is None):
                numbers, _ = self.model.fsq(self.model.enc(small))
            return (self.model.dec(numbers.contiguous(**LAST)).float() + 1) / 2

    def critic_term(self, x, y):
        """What the critic thinks of y, and how far its features of y are from those of x."""
        with autocast():
            verdict, mine = self.critic(y)
            with torch.no_grad():
                _, true = self.critic(x)
        distance = sum((a.float() - b.float()).abs().mean() for a, b in zip(mine, true))
        ramp = min(1, (self.budget.steps - self.frozen_at) / 150)
        return ramp * (FEATURES * distance - ADVERSARIAL * verdict.float().mean())

    def critic_step(self, x, y):
        with autocast():
            true, false = self.critic(x)[0], self.critic(y.detach())[0]
        loss = F.relu(1 - true.float()).mean() + F.relu(1 + false.float()).mean()
        self.critic_optimiser.zero_grad(set_to_none=True)
        loss.backward()
        self.critic_optimiser.step()

    def grounds(self, n):
        """Any colour, and white, gray or black [n, 3 or 1, 1, 1]."""
        gray = torch.tensor([1., 1., .6, 0.], device=DEVICE)[torch.randint(0, 4, (n,), device=DEVICE)]
        return torch.rand(n, 3, 1, 1, device=DEVICE), gray.view(-1, 1, 1, 1)

    def step(self, part):
        if part > FREEZE and self.frozen_at is None:
            self.freeze_encoder()
        rate = RATE * min(1, (self.budget.steps + 1) / 100) * min(1, max(.02, (1 - part) / .7))
        for group in self.optimiser.param_groups:
            group['lr'] = rate
        x = self.sampler.batch()
        y = self.reconstruct(x)
        error = 0.
        for ground in self.grounds(len(x)):
            a, b = (over(z, ground) * 2 - 1 for z in (x, y))
            error = error + .5 * (detail_weight(a) * (b - a).abs()).mean() + .5 * GRADIENT * gradient_loss(b - a)
        loss = error + ALPHA * 2 * (y[:, 3] - x[:, 3]).abs().mean()
        if self.frozen_at is not None:
            a, b = a.contiguous(**LAST), b.contiguous(**LAST)
            loss = loss + self.critic_term(a, b)
        self.optimiser.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), 1.)
        self.optimiser.step()
        if self.frozen_at is not None:
            self.critic_step(a, b)
        return error

    @torch.no_grad()
    def decoded(self, index, size):
        """Held-out sprites upright -> on white in -1 ... 1: what was drawn, what is decoded; codes."""
        x = drawn(to_float(self.sampler.sprites[index]), (size, 0., 1.), 12)
        with autocast():
            codes = self.model.encode(F.avg_pool2d(x, 2))
            y = self.model.decode(codes)
        edge = (x.shape[-1] - 2 * size) // 2
        inside = slice(edge, edge + 2 * size)
        return [(over(z, 1.) * 2 - 1)[..., inside, inside] for z in (x, y)] + [codes]

    @torch.no_grad()
    def report(self):
        """PSNR on white and codes used, on the held-out things."""
        self.model.eval()
        figures, used = {}, torch.zeros(self.model.fsq.codes, device=DEVICE)
        for size in (48, 64, 80):
            values = []
            for index in self.sampler.held.split(64):
                x, y, codes = self.decoded(index, size)
                values.append(psnr(y, x))
                used += torch.bincount(codes.flatten(), minlength=len(used))
            figures[f'psnr{size}'] = round(float(torch.cat(values).mean()), 2)
        self.model.train()
        if self.frozen_at is not None:
            self.model.enc.eval()
        used[used.argmax()] = 0                     # the empty patch
        share = used[used > 0] / used.sum()
        bits = float(-(share * share.log2()).sum())
        figures.update(used=len(share), bits=round(bits, 2), flat=round(2 ** bits / len(used), 3),
                       step=self.budget.steps, seconds=round(self.budget.elapsed, 1))
        say(figures)
        self.log['curve'].append(figures)
        return figures

    def sheet(self, path, columns=12, rows=4):
        """48 held-out sprites of 64 px, twelve a row, the originals above what is decoded; faces first."""
        from PIL import Image
        things, sprites = self.meta['things'], self.meta['sprites']
        face = lambda i: 'face' in things[sprites[i]['thing']]['category']
        order = sorted(self.sampler.held.tolist(), key=lambda i: (not face(i), i * 7919 % 997))
        faces = [i for i in order if face(i)][:columns * rows // 2]
        index = torch.tensor((faces + [i for i in order if not face(i)])[:columns * rows], device=DEVICE)
        self.model.eval()
        x, y, _ = self.decoded(index, 64)
        lines = []
        for first in range(0, len(index), columns):
            for z in (x, y):
                line = z[first:first + columns]
                line = torch.cat([line, torch.ones(columns - len(line), *line.shape[1:], device=DEVICE)])
                lines.append(torch.cat(list(line), 2))
        pixels = ((torch.cat(lines, 1).clamp(-1, 1) + 1) * 127.5).byte().permute(1, 2, 0).cpu().numpy()
        Image.fromarray(pixels).save(path)

    def save(self):
        for folder in {WORK, OUT}:
            save_half(f'{folder}/tok_enc.npz', self.model.enc.state_dict())
            save_half(f'{folder}/tok_dec.npz', self.model.dec.state_dict())
            save_json(f'{folder}/tokenizer.json', self.log)

    def run(self):
        for part in self.budget:
            error = self.step(part)
            if self.budget.steps % (REPORT // 3 + 1) == 0:
                say('step', self.budget.steps, 'error', round(error.item(), 4))
            if self.budget.steps % REPORT == REPORT - 1:
                self.report()
        steps, seconds = self.budget.steps, self.budget.elapsed
        self.log.update(steps=steps, seconds=seconds, pictures_a_second=round(steps * BATCH / seconds), final=self.report())
        self.log['empty'] = self.model.eval().float().empty()
        self.save()
        say('tokenizer saved, the empty patch is', self.log['empty'])
        self.sheet(f'{OUT}/sheet.png')


if __name__ == '__main__':
    settle(0)
    Trainer(float(sys.argv[1])).run()

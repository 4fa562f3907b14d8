"""Trains the tokenizer on pack.bin.

    python3 tokenizer.py SECONDS

Writes tok_enc.npz and tok_dec.npz (fp16) to $WORK and $OUT, half.npy (128 px pictures) to $WORK,
tokenizer.json (curve, figures) to $WORK. At 60 % of the time the encoder is frozen and a critic joins in.
"""
import sys

import numpy as np
import torch
import torch.nn.functional as F

import pictures
from captions_data import COLOURS, Captions
from habits import DEVICE, FUSED, OUT, TOY, WORK, Budget, autocast, count, save_half, save_json, say, settle
from losses import detail_weight, gradient_loss, psnr
from pictures import move, recolour, to_float, turn_hue, uniform
from tokenizer_model import Critic, Tokenizer

BATCH = 4 if TOY else 128
RATE, CRITIC_RATE = 8e-4, 4e-4
FREEZE = .6                       # share of the time, then the critic
GRADIENT, ADVERSARIAL, FEATURES = .6, .04, .8
REPORT = 5 if TOY else 600
LAST = dict(memory_format=torch.channels_last)


class Trainer:
    def __init__(self, seconds):
        self.budget = Budget(seconds, reserve=25)
        self.pictures = pictures.unpack()
        self.captions = Captions()
        np.save(f'{WORK}/{pictures.HALF_FILE}', pictures.halve(self.pictures).cpu().numpy())
        say('pictures halved and kept')
        self.model = Tokenizer().to(DEVICE).to(**LAST)
        self.critic = Critic().to(DEVICE).to(**LAST)
        self.optimiser = torch.optim.AdamW(self.model.parameters(), lr=RATE, betas=(.9, .99), weight_decay=1e-4, **FUSED)
        self.critic_optimiser = torch.optim.Adam(self.critic.parameters(), lr=CRITIC_RATE, betas=(.5, .9), **FUSED)
        self.frozen_at = None
        self.log = dict(curve=[], encoder=count(self.model.enc), decoder=count(self.model.dec))
        say('tokenizer', self.log)

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

    def freeze_encoder(self):
        self.log['at_freeze'] = self.report()
        self.model.enc.eval().requires_grad_(False)
        self.frozen_at = self.budget.steps

    def reconstruct(self, x):
        small = F.avg_pool2d(x, 2)
        with autocast():
            with torch.set_grad_enabled(self.frozen_at is None):
                numbers, _ = self.model.fsq(self.model.enc(small))
            return self.model.dec(numbers.contiguous(**LAST)).float()

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

    def step(self, part):
        if part > FREEZE and self.frozen_at is None:
            self.freeze_encoder()
        rate = RATE * min(1, (self.budget.steps + 1) / 100) * min(1, max(.02, (1 - part) / .7))
        for group in self.optimiser.param_groups:
            group['lr'] = rate
        x = self.batch()
        y = self.reconstruct(x)
        error = (detail_weight(x) * (y - x).abs()).mean()
        loss = error + GRADIENT * gradient_loss(y - x)
        if self.frozen_at is not None:
            loss = loss + self.critic_term(x, y)
        self.optimiser.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), 1.)
        self.optimiser.step()
        if self.frozen_at is not None:
            self.critic_step(x, y)
        return error

    @torch.no_grad()
    def report(self):
        """PSNR at 256 and 128 px, bits a token, equal neighbours, on the held-out pictures."""
        self.model.eval()
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
        self.model.train()
        if self.frozen_at is not None:
            self.model.enc.eval()
        grid = torch.cat(tokens).view(-1, 16, 16)
        share = torch.bincount(grid.flatten(), minlength=self.model.fsq.codes) / grid.numel()
        used = share[share > 0]
        figures = dict(psnr256=torch.cat(large).mean(), psnr128=torch.cat(small).mean(), bits=-(used * used.log2()).sum(),
                       left=(grid[:, :, 1:] == grid[:, :, :-1]).float().mean(),
                       above=(grid[:, 1:] == grid[:, :-1]).float().mean(), commonest=share.max())
        figures = {k: round(float(v), 3) for k, v in figures.items()}
        figures.update(used=len(used), step=self.budget.steps, seconds=round(self.budget.elapsed, 1))
        say(figures)
        self.log['curve'].append(figures)
        return figures

    def run(self):
        for part in self.budget:
            error = self.step(part)
            if self.budget.steps % (REPORT // 3 + 1) == 0:
                say('step', self.budget.steps, 'error', round(error.item(), 4))
            if self.budget.steps % REPORT == REPORT - 1:
                self.report()
        steps, seconds = self.budget.steps, self.budget.elapsed
        self.log.update(steps=steps, seconds=seconds, pictures_a_second=round(steps * BATCH / seconds), final=self.report())
        self.log['white'] = self.model.eval().float().white()
        for folder in {WORK, OUT}:
            save_half(f'{folder}/tok_enc.npz', self.model.enc.state_dict())
            save_half(f'{folder}/tok_dec.npz', self.model.dec.state_dict())
        save_json(f'{WORK}/tokenizer.json', self.log)
        say('tokenizer saved, white is', self.log['white'])


if __name__ == '__main__':
    settle(0)
    Trainer(float(sys.argv[1])).run()

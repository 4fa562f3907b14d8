"""Continue training the decoder's wave head: regression onto the frozen HiFi-GAN, then optionally a weak GAN.

    python decoder.py SECONDS [--from decoder_regress_only.npz] [--weak-gan SECONDS]

Reads $WORK/units.npz, $WORK/back.npz and the decoder to start from; writes $OUT/decoder.npz, decoder.json
(and decoder_gan.npz). The units' vectors, the back and the latent head stay as they are: training those needs
the text encoder's means, which are not kept.
"""
import argparse
import json
import time

import torch
import torch.nn as nn

import shared  # noqa: F401
from habits import DEVICE, FUSED, OUT, TOY, WORK, autocast, say, set_tf32, settle
from loops import descend, set_rate
from optim import Ema, cosine
from streams import Units, Voice
from vocoder import CELL, FRAMES, HOP, Mel, load_decoder, save_decoder

ROWS, SPAN, MIDDLE = (2, 28, 8) if TOY else (32, 48, 20)   # rows, units of context, units that are heard
START = (SPAN - MIDDLE) // 2 * FRAMES
END = START + MIDDLE * FRAMES
HELD = 2 if TOY else 60


class SpectralLoss(nn.Module):
    """Mel distance and compressed complex distance at four scales."""

    def __init__(self):
        super().__init__()
        sizes = ((256, 20), (512, 40), (1024, 80), (2048, 128))
        self.mel = nn.ModuleList([Mel(n, n // 4, m) for n, m in sizes])

    @staticmethod
    def compress(spec):
        r = torch.view_as_real(spec)
        return r * (r.pow(2).sum(-1, keepdim=True) + 1e-5).pow(-.3)

    def forward(self, y, x):
        mel = cpx = 0.
        for m in self.mel:
            sy, sx = m.stft(y), m.stft(x)
            mag = (sy.real ** 2 + sy.imag ** 2 + 1e-9).sqrt()
            mel = mel + (m.from_magnitude(mag) - m.from_magnitude(sx.abs())).abs().mean()
            cx = self.compress(sx)
            cpx = cpx + (self.compress(sy) - cx).abs().mean() / cx.abs().mean()
        return mel, cpx / 4


class Trainer:
    def __init__(self, path):
        units = Units(limit=50 if TOY else None)
        self.model = load_decoder(path, units.codes, DEVICE).eval().requires_grad_(False)
        self.head = self.model.VO.requires_grad_(True)
        self.voice = Voice(self.model)
        self.stream, _ = units.stream(0)
        self.held_stream, self.held_at = units.stream(1)
        self.spectral = SpectralLoss().to(DEVICE)
        self.mel = Mel(1024, HOP, 80).to(DEVICE)
        self.mean = Ema(self.head, decay=.998)
        self.log = {}

    @torch.no_grad()
    def held(self):
        """Held sentences, in float32: mel and complex distance to HiFi-GAN on the same latent, correlation."""
        set_tf32(False)
        torch.backends.cudnn.benchmark = False     # every sentence has a shape of its own
        rows, edge = [], 8 * CELL
        for at, n in self.held_at[:HELD]:
            x = self.model.features(self.held_stream[at - 8:at + n + 8][None])
            target = self.voice.wave(self.model.ZH(x)[0], exact=True)[:, edge:-edge]
            y = self.head(x)[:, edge:-edge]
            mel = (self.mel(y) - self.mel(target)).abs().mean()
            cpx = self.spectral(y, target)[1]
            corr = (y * target).sum() / (y.norm() * target.norm() + 1e-9)
            rows.append(torch.stack([mel, cpx, corr]))
        set_tf32(True)
        torch.backends.cudnn.benchmark = True
        mel, cpx, corr = torch.stack(rows).mean(0).tolist()
        return dict(mel=round(mel, 4), complex=round(cpx, 4), correlation=round(corr, 4))

    def held_mean(self):
        self.mean.swap()
        r = self.held()
        self.mean.swap()
        return r

    def batch(self):
        """-> target wave and the head's wave [rows, 768 * MIDDLE]."""
        at = (torch.rand(ROWS, device=DEVICE) * (len(self.stream) - SPAN)).long()[:, None]
        x, z = self.voice.features(self.stream[at + torch.arange(SPAN, device=DEVICE)])
        target, x = self.voice.window(x, z, START, END)
        with autocast():
            y = self.head(x)
        pad = (x.shape[1] * HOP - target.shape[1]) // 2
        return target, y.float()[:, pad:-pad]

    def train(self, seconds, lr, name, gan=None):
        opt = torch.optim.AdamW(self.head.parameters(), lr=lr, betas=(.8, .99), weight_decay=1e-3, **FUSED)
        start, step, sums = time.time(), 0, []
        while (part := (time.time() - start) / max(seconds, 1e-9)) < 1:
            set_rate(opt, lr * cosine(part, step, floor=.05))
            target, y = self.batch()
            mel, cpx = self.spectral(y, target)
            l1 = (y - target).abs().mean()
            loss = 10 * mel + 10 * cpx + 10 * l1
            parts = [mel, cpx, l1]
            if gan:
                critic = gan.train_critic(target, y.detach())
                adversarial, feature = gan.judge(target, y)
                loss = loss + gan.weight * (3 * adversarial + 4 * feature)
                parts += [adversarial, feature, critic]
            descend(loss, opt, self.head.parameters(), 20.)
            self.mean.update()
            step += 1
            sums.append(torch.stack([p.detach() for p in parts]))
            if step % (3 if TOY else 400) == 0:
                say(name, 'step', step, [round(v, 4) for v in torch.stack(sums).mean(0).tolist()])
                sums = []
        self.log[name] = dict(steps=step, seconds=round(time.time() - start, 1), held=self.held_mean())
        say(name, self.log[name])

    def save(self, name):
        self.mean.swap()
        save_decoder(f'{OUT}/{name}.npz', self.model)
        self.mean.swap()
        with open(OUT + '/decoder.json', 'w') as f:
            json.dump(self.log, f, indent=1)


def main():
    args = argparse.ArgumentParser()
    args.add_argument('seconds', type=float)
    args.add_argument('--from', dest='source', default=WORK + '/decoder_regress_only.npz')
    args.add_argument('--weak-gan', type=float, default=0)
    a = args.parse_args()
    settle(3, fixed_shapes=False)
    t = Trainer(a.source)
    t.log['before'] = t.held()
    say('before', t.log['before'])
    t.train(a.seconds, 5e-4, 'regression')
    t.save('decoder')
    if a.weak_gan:
        from critics import WeakGan
        t.train(a.weak_gan, 2e-4, 'weak gan', WeakGan())
        t.save('decoder_gan')


if __name__ == '__main__':
    main()

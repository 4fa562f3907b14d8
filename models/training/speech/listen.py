"""Sound -> units: trains the encoder that hears which units a wave is made of.

    python listen.py SECONDS [--decoder decoder.npz]

Reads $WORK/units.npz, $WORK/back.npz and a decoder; writes $OUT/listen.npz and listen.json. A cell is 768
samples; its label is the unit at its centre, K = silence. Sound comes from the voice's HiFi-GAN on the
decoder's latent, and a quarter of it from the decoder's own wave head.
"""
import argparse
import json
import time

import torch
import torch.nn as nn
import torch.nn.functional as F

import shared  # noqa: F401
from habits import DEVICE, OUT, TOY, WORK, autocast, say, settle
from int8_weights import save_int8
from loops import adam, descend, set_rate
from optim import Ema, cosine
from streams import Units, Voice, render
from vocoder import CELL, FRAMES, HOP, SAMPLE_RATE, ConvNext, Mel, load_decoder

ROWS, CELLS = (4, 24) if TOY else (64, 96)
HELD = 4 if TOY else 200


class Listener(nn.Module):
    """Wave [B, 768 T] -> logits [B, T, K+1]."""

    def __init__(self, k, d=256, layers=8):
        super().__init__()
        self.register_buffer('mean', torch.zeros(80))
        self.register_buffer('scale', torch.ones(80))
        self.i = nn.Linear(80 * FRAMES, d)
        self.l = nn.ModuleList([ConvNext(d) for _ in range(layers)])
        self.dn = nn.LayerNorm(d)
        self.o = nn.Linear(d, k + 1)

    def forward(self, mel):
        """Log mel [B, 80, 3 T] -> logits [B, T, K+1]; three frames of 80 are laid end to end."""
        x = (mel.transpose(1, 2) - self.mean) * self.scale
        x = self.i(x.reshape(len(x), -1, 80 * FRAMES))
        for layer in self.l:
            x = layer(x)
        return self.o(self.dn(x))


def uniform(n, low, high):
    return torch.rand(n, 1, device=DEVICE) * (high - low) + low


def colour(wave, slope):
    """Tilts the spectrum of [B, N] by slope [B, 1] decibels an octave around 1 kHz."""
    n = wave.shape[1]
    f = torch.fft.rfftfreq(n, 1 / SAMPLE_RATE, device=wave.device).clamp(min=60)
    return torch.fft.irfft(torch.fft.rfft(wave) * 10 ** (slope * torch.log2(f / 1000) / 20), n)


def silence(y, label, k, rows):
    """A few spans without sound, 2 to 12 cells long, in about a third of the rows."""
    cell = torch.arange(label.shape[1], device=DEVICE)[None]
    for _ in range(2):
        start = (torch.rand(rows, 1, device=DEVICE) * label.shape[1]).long()
        length = torch.randint(2, 13, (rows, 1), device=DEVICE)
        length = length * (torch.rand(rows, 1, device=DEVICE) < .2)
        quiet = (cell >= start) & (cell < start + length)
        label = torch.where(quiet, k, label)
        y = y * (~quiet).repeat_interleave(CELL, 1)
    return y, label


def augment(wave, units, starts, cells, k):
    """Cuts rows out of a long wave [N * 768] with units [N], beginning at samples `starts` [B, 1], at another
    speed (pitch with it), loudness, tilt and noise -> sound [B, 768 cells], labels [B, cells]."""
    rows, n = len(starts), cells * CELL
    speed = uniform(rows, .85, 1.18)
    at = starts + torch.arange(n, device=DEVICE)[None].double() * speed
    i = at.long().clamp(max=len(wave) - 2)
    part = (at - i).float().clamp(0, 1)
    y = wave[i].float() * (1 - part) + wave[i + 1].float() * part
    centre = starts + (torch.arange(cells, device=DEVICE)[None] * CELL + CELL / 2).double() * speed
    label = units[(centre / CELL).long().clamp(max=len(units) - 1)]
    y, label = silence(y, label, k, rows)
    y = colour(y, uniform(rows, -3, 3)) * 10 ** (uniform(rows, -10, 10) / 20)
    noise = colour(torch.randn_like(y), uniform(rows, -6, 0))
    loud = y.pow(2).mean(1, keepdim=True).sqrt() + 1e-4
    noise = noise / noise.pow(2).mean(1, keepdim=True).sqrt() * loud
    return y + noise * 10 ** (-uniform(rows, 15, 40) / 20), label


class Sound:
    """A long wave and its units, by HiFi-GAN or by the decoder's own head."""

    def __init__(self, voice, stream, use_head=False, seconds=1e9):
        start = time.time()
        self.wave, self.units = render(voice, stream, use_head, chunk=32 if TOY else 512,
                                       until=lambda: time.time() - start > seconds)

    def batch(self, rows, cells, k):
        room = len(self.wave) - int(cells * CELL * 1.2) - 2
        starts = (torch.rand(rows, 1, device=DEVICE, dtype=torch.double) * room).long().double()
        return augment(self.wave, self.units, starts, cells, k)


class Trainer:
    def __init__(self, path, seconds):
        units = Units(limit=40 if TOY else None)
        self.k = units.k
        voice = Voice(load_decoder(path, units.codes, DEVICE).eval().requires_grad_(False))
        stream, _ = units.stream(0)
        half = stream[:len(stream) // 2], stream[len(stream) // 2:]
        self.sounds = [Sound(voice, half[0], False, seconds * .2), Sound(voice, half[1], True, seconds * .05)]
        held, self.held_at = units.stream(1)
        at, n = self.held_at[:HELD][-1]
        self.held = [Sound(voice, held[:at + n + 600], head) for head in (False, True)]
        self.mel = Mel(1024, HOP, 80).to(DEVICE)
        self.log = dict(K=self.k, minutes=[round(len(s.wave) / SAMPLE_RATE / 60, 1) for s in self.sounds])
        say('sound, minutes:', self.log['minutes'])

    def train(self, seconds):
        self.model = Listener(self.k, layers=2 if TOY else 8).to(DEVICE)
        mel = self.mel(self.sounds[0].batch(ROWS * 2, CELLS, self.k)[0])
        self.model.mean.copy_(mel.mean((0, 2)))
        self.model.scale.copy_(1 / mel.std((0, 2)).clamp(min=.1))
        opt, mean = adam(self.model, 1e-3), Ema(self.model, decay=.998)
        start, step = time.time(), 0
        own = ROWS // 4
        while (part := (time.time() - start) / seconds) < 1:
            set_rate(opt, 1.5e-3 * cosine(part, step))
            with torch.no_grad():
                a, b = self.sounds[0].batch(ROWS - own, CELLS, self.k), self.sounds[1].batch(own, CELLS, self.k)
                mel, label = self.mel(torch.cat([a[0], b[0]])), torch.cat([a[1], b[1]])
            with autocast():
                z = self.model(mel)
            loss = F.cross_entropy(z.float().transpose(1, 2), label, label_smoothing=.02)
            descend(loss, opt, self.model.parameters())
            mean.update()
            step += 1
            if step % (10 if TOY else 500) == 0:
                right = (z.argmax(-1) == label).float().mean().item()
                say('listen step', step, 'loss', round(loss.item(), 4), 'right', round(right, 4))
        mean.swap()
        self.model.eval()
        self.log.update(steps=step, seconds=round(time.time() - start, 1))

    @torch.no_grad()
    def right(self, mel, label):
        """-> right and counted labels; silence between sentences is not counted."""
        m = label < self.k
        return torch.stack([((self.model(mel).argmax(-1) == label) & m).sum(), m.sum()])

    def evaluate(self):
        for name, sound in zip(('hifigan', 'decoder'), self.held):
            clean, bent = torch.zeros(2, device=DEVICE), torch.zeros(2, device=DEVICE)
            for at, n in self.held_at[:HELD]:
                a, b = at - 8, at + n - 8 + 1    # the rendered sound begins 8 units into the stream
                if b > len(sound.units):
                    break
                y = sound.wave[(a - 1) * CELL:b * CELL].float()[None]
                clean += self.right(self.mel(y), sound.units[None, a - 1:b])
            for _ in range(2 if TOY else 20):
                y, label = sound.batch(ROWS, CELLS, self.k)
                bent += self.right(self.mel(y), label)
            share = lambda a: round(float(a[0] / a[1]), 4)
            self.log[name] = dict(clean=share(clean), augmented=share(bent))
        say(self.log)

    def save(self):
        save_int8(OUT + '/listen.npz', self.model.state_dict(), least=20000)
        with open(OUT + '/listen.json', 'w') as f:
            json.dump(self.log, f, indent=1)


def main():
    args = argparse.ArgumentParser()
    args.add_argument('seconds', type=float)
    args.add_argument('--decoder', default=WORK + '/decoder_regress_only.npz')
    a = args.parse_args()
    settle(6, fixed_shapes=False)
    torch.backends.cudnn.benchmark = True      # the sound is made in windows of one shape
    t = Trainer(a.decoder, a.seconds)
    torch.backends.cudnn.benchmark = False
    t.train(a.seconds * .75)
    t.evaluate()
    t.save()


if __name__ == '__main__':
    main()

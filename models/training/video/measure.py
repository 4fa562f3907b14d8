"""What the target draws, its figures, and the files beside the weights.

    python3 measure.py

Needs the student of distil.py. Writes samples.npz (clips of held-out pairs of thing and motion), config.json and log.json
(all figures, those of earlier stages too) to $OUT.
"""
import json
import os

import numpy as np
import torch
import torch.nn.functional as F

from layout import AREA, PLAN, SIDE
from blocks import Quiet
from clips import Clips
from config import config
from dictionary import Dictionary
from distil import STUDENT
from draw import generate
from habits import DEVICE, OUT, TOY, WORK, save_json, say, settle
from model import load_target
from rounding import load_limits, set_limits
from sprites import read_meta
from target import HeldOut

SAMPLES = 2 if TOY else 48
LENGTH = PLAN + (1 if TOY else 16) * AREA


def lone(tokens, empty):
    """[n] bool: some frame of the clip has a token with something in it whose eight neighbours are empty."""
    some = (tokens[:, PLAN:] != empty).float().view(-1, 1, SIDE, SIDE)
    around = F.conv2d(some, torch.ones(1, 1, 3, 3, device=some.device), padding=1)
    return ((some > 0) & (around == 1)).flatten(1).any(1).view(len(tokens), -1).any(1)


class Measure:
    def __init__(self):
        self.meta = read_meta()
        self.clips = Clips(Dictionary(), self.meta)
        self.empty = self.clips.d.empty
        self.model = load_target(STUDENT).to(DEVICE).eval().requires_grad_(False)
        limits = load_limits(f'{STUDENT}/ranges.npz')
        if limits:
            set_limits(self.model, limits)
        self.log = dict(rounded=limits is not None)
        for stage, path in (('tokenizer', WORK), ('target', WORK), ('distil', STUDENT)):
            if os.path.exists(f'{path}/{stage}.json'):
                with open(f'{path}/{stage}.json') as f:
                    self.log[stage] = json.load(f)

    def files(self):
        save_json(f'{OUT}/config.json', config(self.meta, self.empty))

    def samples(self):
        specs = self.clips.fixed(SAMPLES, 77, held=True)
        prefix, data, _ = self.clips.batch(specs)
        hot = torch.cat([torch.full((SAMPLES,), .6), torch.zeros(SAMPLES)]).to(DEVICE)
        with Quiet(self.model):
            drawn = generate(self.model, torch.cat([prefix, prefix]), hot, LENGTH).split(SAMPLES)
        arrays, small = dict(prefix=prefix, data=data), lone(data[:, :LENGTH], self.empty)
        self.log['samples'] = {}
        for name, tokens in zip(('T0.6', 'T0'), drawn):
            arrays[name] = tokens
            codes, same = tokens[:, PLAN:], tokens == data[:, :LENGTH]
            self.log['samples'][name] = dict(
                specks=round(float((lone(tokens, self.empty) & ~small).float().mean()), 3),
                blank=int(((codes != self.empty).sum(1) < 20).sum()), same=round(float(same.float().mean()), 4),
                same_plan=round(float(same[:, 1:PLAN].all(1).float().mean()), 3))
        say(self.log['samples'])
        caption, thing, motion, style = zip(*specs.about)
        np.savez_compressed(f'{OUT}/samples.npz', caption=np.array(caption), thing=np.array(thing), motion=np.array(motion),
                            style=np.array([s or '' for s in style]), **{k: v.cpu().numpy().astype(np.int16) for k, v in arrays.items()})

    def run(self):
        self.files()
        self.log['held_out'] = HeldOut(self.clips).figures(self.model)
        say(self.log['held_out'])
        save_json(f'{OUT}/log.json', self.log)
        self.samples()
        save_json(f'{OUT}/log.json', self.log)


def exact():
    """Largest difference of logits between the cached and the full forward, in float32."""
    clips = Clips(Dictionary(), read_meta())
    model = load_target(WORK).to(DEVICE).eval()
    prefix = clips.batch(clips.specs(2))[0]
    tokens = generate(model, prefix, 0., PLAN + 2 * AREA)
    with torch.no_grad():
        logits = model(prefix, tokens)
    from guesses import allowed
    again = logits.masked_fill(~allowed(tokens.shape[1]), -1e9).argmax(-1)
    say('cached against full forward: same tokens', float((again == tokens).float().mean()))


if __name__ == '__main__':
    settle(5)
    if TOY:
        exact()
    Measure().run()
    say('measured')

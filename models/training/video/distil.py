"""Trains the target with rounded activations and with guesses among its inputs, against itself as it was.

    python3 distil.py [SECONDS]         (120)

Needs target_*.npz, words.npz, dictionary.npz in $WORK. Writes target_0..2.npz, words.npz, ranges.npz (unless
nothing is rounded) and distil.json to $WORK/student and $OUT.
"""
import copy
import os
import sys

import torch

import shared  # noqa: F401
from blocks import Quiet, save_target
from clips import Ahead, Clips
from dictionary import Dictionary
from guesses import guessed_inputs, simulate
from habits import DEVICE, GPU, OUT, TOY, WORK, Budget, autocast, save_json, say, settle
from loss import compiled, distances, weights
from model import load_target
from optim import Ema, Optimiser
from rounding import refresh_scales, save_limits, set_limits, smooth, watch
from sprites import read_meta
from target import HeldOut, corrupt

BATCH = 4 if TOY else 24
GUESSED = .3                            # share of clips with guesses
CALIBRATION = 6 if TOY else 192
PASSES = 2 if TOY else 8                # clips on which passes are counted
WINDOW = 32
HURTS = .01                             # nats of KL that rounding may cost
STUDENT = f'{WORK}/student'


class Distiller:
    def __init__(self):
        self.clips = Clips(Dictionary(), read_meta(), seed=2)
        self.empty = self.clips.d.empty
        self.teacher = load_target(WORK).to(DEVICE).eval().requires_grad_(False)
        self.student = copy.deepcopy(self.teacher).requires_grad_(True)
        self.held = HeldOut(self.clips)
        self.distances = compiled(distances)
        self.log = {}
        say('loaded')

    def loss(self, specs):
        prefix, tokens, first = self.clips.batch(specs)
        refresh_scales(self.student)
        w = weights(tokens, first, self.empty)
        inputs, n = corrupt(tokens), int(BATCH * GUESSED)
        with Quiet(self.student):
            inputs[:n], seen = guessed_inputs(self.student, prefix[:n], tokens[:n], self.empty)
        w[:n] *= seen
        with torch.no_grad(), autocast():
            wanted = self.teacher(prefix, tokens)
        with autocast():
            logits = self.student(prefix, inputs)
        return self.distances(wanted, logits, w)

    def train(self, seconds, muon_rate=.0025, adam_rate=2e-4):
        optimiser, ema = Optimiser(self.student, muon_rate, adam_rate, decay=.02), Ema(self.student, 2)
        self.student.train()
        refresh_scales(self.student)
        if GPU:
            self.student.compile_blocks(*self.clips.batch(self.clips.specs(BATCH))[:2])
            self.teacher.compile_blocks(*self.clips.batch(self.clips.specs(BATCH))[:2], backward=False)
        budget = Budget(seconds, reserve=45, free=4)
        with Ahead(self.clips, BATCH) as ahead:
            for part in budget:
                loss = self.loss(ahead.next())
                loss.backward()
                optimiser.step(min(1, (budget.steps + 1) / 30) * max(.01, 1 - part))
                ema.update(.98)
        ema.swap()
        self.log['training'] = dict(steps=budget.steps, seconds=round(budget.elapsed, 1), loss=round(loss.item(), 4))
        say('trained', self.log['training'])

    @torch.no_grad()
    def figures(self, model):
        """KL to the teacher a token (everywhere, where something is) and held-out figures."""
        result = self.held.figures(model)
        with Quiet(model), Quiet(self.teacher):
            for name, (prefix, tokens) in self.held.sets.items():
                kl = []
                for p, x in zip(prefix.split(8), tokens.split(8)):
                    with autocast():
                        wanted, logits = (m(p, x).float().log_softmax(-1) for m in (self.teacher, model))
                    kl.append((wanted.exp() * (wanted - logits)).sum(-1))
                kl, some = torch.cat(kl), tokens != self.empty
                result[name].update(kl=round(float(kl.mean()), 5), kl_some=round(float(kl[some].mean()), 5))
        return result

    def passes(self, model):
        """Tokens a pass of Jacobi decoding with the previous frame as filler."""
        prefix = self.held.sets['pairs'][0][:PASSES]
        with Quiet(model):
            return {f'T{t:g}': simulate(model, prefix, t, WINDOW, self.empty, 3 if TOY else 600) for t in (.6, 0.)}

    def report(self, name, model, count=True):
        self.log[name] = self.figures(model)
        if count:
            self.log[name]['tokens_a_pass'] = self.passes(model)
        say(name, self.log[name])

    def stored(self, limits=None):
        """The student as it would be read from its files: int8 rows."""
        model = load_target(STUDENT).to(DEVICE).eval().requires_grad_(False)
        return set_limits(model, limits)

    def run(self, seconds):
        self.report('before', self.teacher)
        prefix, tokens, _ = self.clips.batch(self.clips.specs(CALIBRATION))
        with Quiet(self.student):
            smooth(self.student, watch(self.student, prefix, tokens))
            limits = {k: float(v.max()) for k, v in watch(self.student, prefix, tokens).items()}
        self.untrained = copy.deepcopy(self.student)
        self.report('static_untrained', set_limits(copy.deepcopy(self.student), limits), False)
        set_limits(self.student, limits)
        self.train(seconds)
        self.judge(limits)

    def judge(self, limits):
        """Trained rounding if it costs little, else the same scales without training, else no rounding at all."""
        save_target(self.student, [STUDENT])
        self.report('rounded', self.stored(limits))
        self.report('rounded_as_floats', self.stored(), False)
        kl = lambda name: sum(self.log[name][part]['kl'] for part in ('seen', 'pairs')) / 2
        choices = ('rounded', self.student), ('static_untrained', self.untrained), ('before', self.teacher)
        kept, model = next((name, model) for name, model in choices if kl(name) < HURTS)
        self.log['kept'] = kept
        say('kept:', kept)
        for folder in {STUDENT, OUT}:
            save_target(model, [folder])
            save_json(f'{folder}/distil.json', self.log)
            if model is not self.teacher:
                save_limits(f'{folder}/ranges.npz', limits)


if __name__ == '__main__':
    settle(2)
    os.makedirs(STUDENT, exist_ok=True)
    Distiller().run(float(sys.argv[1]) if len(sys.argv) > 1 else 120.)

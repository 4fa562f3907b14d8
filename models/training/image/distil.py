"""Distils the guided target into one row, then trains the result with rounded activations.

    python3 distil.py [PLAIN] [GUESSES] [ROUNDING]      (seconds; 35, 65, 40)

PLAIN: ordinary inputs. GUESSES: 40 % of the rows have guesses behind a frontier, as in Jacobi decoding.
Needs target_*.npz, words.npz, tok_*.npz in $WORK. Writes target_0..2.npz, words.npz, ranges.npz (if rounding
is kept) and distil.json to $WORK/student.
"""
import copy
import os
import sys

import torch

import shared  # noqa: F401
from blocks import Quiet, save_target
from captions_data import Captions, Prompts
from codes import Codes
from habits import DEVICE, GPU, TOY, WORK, Budget, autocast, save_json, say, settle
from int8_weights import load_int8
from jacobi import guessed_inputs, simulate
from optim import Ema, Optimiser
from rounding import refresh_scales, save_limits, set_limits, smooth, watch
from sampling import Guide, full_logits, generate, gumbel
from scores import token_nats
from transformer import load_target

BATCH = 10 if TOY else 160
POOL = 24 if TOY else 3072              # prompts drawn by the teacher, as many by the student later
OWN = 5 / 8                             # share of a batch from the pools; the rest are training pictures
GUESSED = .4                            # share of rows with guesses
SCALE, WHITE_BIAS = float(os.environ.get('GUIDANCE', 1.75)), float(os.environ.get('WHITE_BIAS', .4))
TEMPERATURES, SHARES = (0., .7, 1.), (.15, .45, .40)
HURTS = .02                             # nats of KL that rounding may cost
STUDENT = f'{WORK}/student'


class Distiller:
    def __init__(self):
        self.captions = Captions()
        self.codes = Codes(self.captions)
        self.prompts = Prompts(self.captions)
        self.guide = Guide(SCALE, WHITE_BIAS, self.codes.white)
        self.teacher = load_target(self.captions, self.codes.codes, WORK).to(DEVICE).eval().requires_grad_(False)
        self.student = copy.deepcopy(self.teacher).requires_grad_(True)
        self.pool = None
        self.log = dict(scale=SCALE, white_bias=WHITE_BIAS, stages={})
        say('loaded')
        self.extend(self.teacher, self.guide, seed=11)

    def extend(self, model, guide, seed):
        """Adds pictures drawn by the model to the pool, prompts at three temperatures."""
        with Quiet(model):
            prefix = self.prompts.draw(POOL)
            which = torch.multinomial(torch.tensor(SHARES, device=DEVICE), POOL, True)
            drawn = generate(model, prefix, torch.tensor(TEMPERATURES, device=DEVICE)[which], guide, seed=seed)
        more = (prefix, drawn)
        self.pool = more if self.pool is None else tuple(torch.cat(pair) for pair in zip(self.pool, more))
        say('pool', len(self.pool[0]))

    def batch(self):
        own = int(BATCH * OWN)
        row = torch.randint(0, len(self.pool[0]), (own,), device=DEVICE)
        prefix, tokens = self.codes.draw(BATCH - own)
        return torch.cat([self.pool[0][row], prefix]), torch.cat([self.pool[1][row], tokens])

    def loss(self, guesses):
        self.refresh()
        prefix, tokens = self.batch()
        wanted = full_logits(self.teacher, prefix, tokens, self.guide).softmax(-1)
        inputs, weights = tokens.clone(), torch.ones(tokens.shape, device=DEVICE)
        if guesses:
            n = int(BATCH * GUESSED)
            with Quiet(self.student):
                inputs[:n], weights[:n] = guessed_inputs(self.student, prefix[:n], tokens[:n], self.codes.white)
        with autocast():
            logits = self.student(prefix, inputs)
        distance = -(wanted * logits.float().log_softmax(-1)).sum(-1)
        return (distance * weights).sum() / weights.sum()

    def start(self, muon_rate, adam_rate):
        self.optimiser = Optimiser(self.student, muon_rate, adam_rate, decay=.02)
        self.ema = Ema(self.student, 2)
        self.student.train()
        self.refresh()
        if GPU:
            self.student.compile_blocks(*self.batch())

    def refresh(self):
        if self.student.head_limit is not None:
            refresh_scales(self.student)

    def train(self, name, seconds, span, guesses, pool_at=None):
        """A stage; span: which part of the whole schedule it is. Half way the student's own pictures join the pool."""
        budget = Budget(seconds, reserve=40)
        for part in budget:
            if pool_at is not None and part > pool_at:
                pool_at = None
                self.extend(self.student, None, seed=12)
            whole = span[0] + (span[1] - span[0]) * part
            loss = self.loss(guesses)
            loss.backward()
            self.optimiser.step(min(1, (budget.steps + 1) / 30) * max(.01, 1 - whole))
            self.ema.update(.99)
        self.log['stages'][name] = dict(steps=budget.steps, seconds=round(budget.elapsed, 1), loss=round(loss.item(), 4))
        say(name, self.log['stages'][name])

    @torch.no_grad()
    def distance(self, model):
        """KL to the guided teacher and nats a token on held-out pictures."""
        figures = {}
        with Quiet(model):
            for name, index in (('A', self.captions.test_a), ('M', self.captions.test_m)):
                kl = nats = 0.
                for part in index.split(50):
                    tokens, prefix = self.codes.clean[part].long(), self.captions.prefix(part)
                    wanted = full_logits(self.teacher, prefix, tokens, self.guide).log_softmax(-1)
                    logits = full_logits(model, prefix, tokens)
                    kl += (wanted.exp() * (wanted - logits.log_softmax(-1))).sum(-1).mean().item() * len(part)
                    nats += token_nats(logits, tokens).mean().item() * len(part)
                figures[name] = dict(kl=round(kl / len(index), 4), nats=round(nats / len(index), 4))
        return figures

    def passes(self, model, windows=(8, 16, 24)):
        """Jacobi tokens a pass on held-out prompts."""
        index = self.captions.test_a[:4 if TOY else 64]
        prefix, figures = self.captions.prefix(index), {}
        noise = gumbel(len(index), self.codes.codes, 7)
        with Quiet(model):
            for temperature in (.7, 0.):
                for window in windows:
                    tokens_a_pass = simulate(model, prefix, temperature, noise, window, self.codes.white)[0]
                    figures[f'T{temperature:g} window {window}'] = tokens_a_pass
        return figures

    def report(self, name, model):
        self.log[name] = self.distance(model) | dict(jacobi=self.passes(model))
        say(name, self.log[name])

    def stored(self, limits=None):
        """A student as it would be read from its files: int8 rows."""
        model = load_target(self.captions, self.codes.codes, STUDENT).to(DEVICE).eval().requires_grad_(False)
        return set_limits(model, limits)

    # ---- stages
    def distil(self, plain, guesses):
        self.log['before'] = self.distance(self.student)
        say('before', self.log['before'])
        self.start(muon_rate=.006, adam_rate=5e-4)
        total = plain + guesses
        self.train('plain', plain, (0, plain / total), False, pool_at=.9)
        self.ema.swap()
        self.report('after_plain', self.student)
        self.ema.swap()
        if guesses:
            self.student.train()
            self.train('guesses', guesses, (plain / total, 1), True)
        self.ema.swap()
        save_target(self.student, [STUDENT])
        self.report('distilled', self.stored())

    def calibration(self, n=256):
        """Prompts with drawn pictures and training pictures, half each."""
        prefix, tokens = self.codes.draw(n // 2)
        return torch.cat([self.pool[0][-n // 2:], prefix]), torch.cat([self.pool[1][-n // 2:], tokens])

    def round(self, seconds):
        """Fine-tunes with rounding on; keeps it where the integer form gains and the float form hardly loses."""
        sequences = self.calibration(16 if TOY else 256)
        with Quiet(self.student):
            smooth(self.student, watch(self.student, *sequences))
            limits = {k: float(v.max()) for k, v in watch(self.student, *sequences).items()}
        plain = copy.deepcopy(self.student)
        static = self.distance(set_limits(plain, limits))
        say('static scales without training', static)
        set_limits(self.student, limits)
        self.start(muon_rate=.0015, adam_rate=1e-4)
        self.train('rounding', seconds, (0, 1), True)
        self.ema.swap()
        self.judge(static, limits)

    def judge(self, static, limits):
        before = self.log['distilled']
        kept = load_int8(f'{STUDENT}/target_[0-9].npz', f'{STUDENT}/words.npz')
        save_target(self.student, [STUDENT])
        self.report('rounded', self.stored(limits))
        after, floats = self.log['rounded'], self.distance(self.stored())
        kl = lambda figures: (figures['A']['kl'] + figures['M']['kl']) / 2
        good = kl(after) < kl(static) and max(kl(after), kl(floats)) < kl(before) + HURTS
        self.log.update(static_untrained=static, rounded_as_floats=floats, rounding_kept=bool(good))
        say('rounding kept' if good else 'rounding hurts: the weights before it stay', 'as floats', floats)
        if good:
            save_limits(f'{STUDENT}/ranges.npz', limits)
        else:
            self.restore(kept)

    def restore(self, state):
        state.pop('text')
        state['ie.weight'] = torch.cat([state['ie.weight'], state.pop('mask')[None]])
        self.student.load_state_dict(state)
        save_target(self.student, [STUDENT])


def main(plain=35., guesses=65., rounding=40.):
    os.makedirs(STUDENT, exist_ok=True)
    distiller = Distiller()
    distiller.distil(plain, guesses)
    save_json(f'{STUDENT}/distil.json', distiller.log)
    if rounding:
        distiller.round(rounding)
    save_json(f'{STUDENT}/distil.json', distiller.log)


if __name__ == '__main__':
    settle(2)
    main(*map(float, sys.argv[1:]))

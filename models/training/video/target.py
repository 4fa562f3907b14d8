"""Trains the target on clips drawn anew each step.

    python3 target.py [SECONDS A] [SECONDS B]       (60, 470)

A: plan and first three frames, binds words to things. B: whole clips. With A = 0 the weights of an earlier call are
trained on; with B = 0 only A is done. Needs tok_*.npz and dictionary.npz in $WORK,
meta.json in $DATA. Writes target_0..2.npz in the product's layout, words.npz (what further training needs beside
them) and target.json to $WORK and $OUT. The moving average of the weights is kept.
"""
import os
import sys

import torch
import torch.nn.functional as F

from layout import AREA, CODES, FRAMES, PLAN
from blocks import Quiet, save_target
from clips import Ahead, Clips
from dictionary import Dictionary
from habits import DEVICE, GPU, OUT, TOY, WORK, Budget, autocast, count, save_json, say, settle
from loss import by_part, compiled, mean_nats, weights
from model import SIZE, Target, load_target
from optim import Ema, Optimiser
from sprites import read_meta

FRAMES_A, BATCH_A, BATCH_B = 3, (4 if TOY else 160), (2 if TOY else 32)
HELD = 4 if TOY else 64                 # clips for figures
CORRUPTED, WRONG = .25, .008            # share of clips with wrong inputs, and at most this share of their codes
# stage B: factor of the rates, the share of its time after which they fall
RATE_B, FLAT = float(os.environ.get('RATE_B', .7)), float(os.environ.get('FLAT', .35))
MEMORY = .997                           # of the moving average


def corrupt(tokens):
    """Inputs in which a few codes of some clips are another code of the clip, or any: the model shall not carry specks on."""
    n = len(tokens)
    u = torch.rand(n, 1, device=DEVICE)
    share = torch.where(u < CORRUPTED, WRONG * u / CORRUPTED, 0.)
    wrong = torch.rand(tokens.shape, device=DEVICE) < share
    wrong[:, :PLAN] = False
    other = tokens[:, PLAN:].gather(1, torch.randint(0, tokens.shape[1] - PLAN, tokens.shape, device=DEVICE))
    anything = torch.randint(0, CODES, tokens.shape, device=DEVICE)
    return torch.where(wrong, torch.where(torch.rand(tokens.shape, device=DEVICE) < .5, other, anything), tokens)


class HeldOut:
    """Figures on fixed clips: of pairs (thing, motion) that training shows, and of those that it never does."""

    def __init__(self, clips):
        self.clips = clips
        self.sets = {name: clips.batch(clips.fixed(HELD, 99, held))[:2] for name, held in (('seen', False), ('pairs', True))}

    @torch.no_grad()
    def figures(self, model, frames=FRAMES):
        result = {}
        with Quiet(model):
            for name, (prefix, tokens) in self.sets.items():
                tokens, nats, hits = tokens[:, :PLAN + frames * AREA], [], []
                for p, x in zip(prefix.split(16), tokens.split(16)):
                    with autocast():
                        logits = model(p, x)
                    nats.append(F.cross_entropy(logits.flatten(0, 1).float(), x.flatten(), reduction='none').view(x.shape))
                    hits.append(logits.argmax(-1) == x)
                result[name] = by_part(torch.cat(nats), torch.cat(hits), tokens, self.clips.d.empty)
        return result


class Trainer:
    def __init__(self, again):
        self.clips = Clips(Dictionary(), read_meta(), seed=4 if again else 1)
        self.model = (load_target(WORK) if again else Target(self.clips.vocabulary.size, **SIZE)).to(DEVICE)
        self.optimiser, self.ema = Optimiser(self.model, decay=.05), Ema(self.model, 4)
        self.held = HeldOut(self.clips)
        self.log = dict(size=SIZE, parameters=count(self.model), blocks=count(self.model.blocks), rows=self.clips.d.n,
                        things=len(self.clips.held), texts=self.clips.vocabulary.size, stages={})
        self.nats = compiled(mean_nats)
        say({k: v for k, v in self.log.items() if k != 'stages'})

    def step(self, specs, frames, factor, memory):
        prefix, tokens, first = self.clips.batch(specs, frames)
        w = weights(tokens, first, self.clips.d.empty)
        with autocast():
            logits = self.model(prefix, corrupt(tokens))
        loss = self.nats(logits, tokens, w)
        loss.backward()
        self.optimiser.step(factor)
        self.ema.update(memory)
        return loss

    def stage(self, name, seconds, frames, batch, rate, reserve):
        """rate(part, steps): factor of the rates."""
        curve, budget = [], Budget(seconds, reserve=reserve, free=4)
        self.model.train()
        torch._dynamo.reset()
        if GPU:
            self.model.compile_blocks(*self.clips.batch(self.clips.specs(batch), frames)[:2])
        step, marks = 0, [.2, .4, .6, .8] if not TOY else [.5]
        with Ahead(self.clips, batch) as ahead:
            for part in budget:
                loss = self.step(ahead.next(), frames, rate(part, step), .98 if part < .1 and name == 'A' else MEMORY)
                step += 1
                if marks and part > marks[0]:
                    marks.pop(0)
                    figures = self.held.figures(self.model, frames)
                    curve.append(dict(step=step, seconds=round(budget.elapsed, 1), loss=round(loss.item(), 4), **figures))
                    say(name, curve[-1])
                    if name == 'B' and part > .6:       # should the machine go away
                        self.save()
        self.log['stages'][name] = dict(steps=step, seconds=round(budget.elapsed, 1), curve=curve,
                                        clips_a_second=round((step - budget.free) * batch / budget.elapsed, 1))
        say(name, 'done', {k: v for k, v in self.log['stages'][name].items() if k != 'curve'})

    def save(self):
        """Exports the moving average; training goes on with the live weights."""
        self.ema.swap()
        save_target(self.model, {WORK, OUT})
        self.ema.swap()

    def run(self, seconds_a, seconds_b):
        falling = lambda part: 1 if part < FLAT else max(.01, (1 - part) / (1 - FLAT))
        if seconds_a:
            self.stage('A', seconds_a, FRAMES_A, BATCH_A, lambda part, step: min(1, (step + 1) / 60), seconds_b / 2 + 30)
        if seconds_b:
            self.stage('B', seconds_b, FRAMES, BATCH_B, lambda part, step: RATE_B * min(1, (step + 1) / 30) * falling(part), 25)
        self.save()
        self.log['live'] = self.held.figures(self.model)
        self.ema.swap()
        self.log['ema'] = self.held.figures(self.model)
        say('live', self.log['live'])
        say('ema', self.log['ema'])
        for folder in {WORK, OUT}:
            save_json(f'{folder}/target.json', self.log)


if __name__ == '__main__':
    settle(1)
    seconds = [float(s) for s in sys.argv[1:3] or (60, 470)]
    Trainer(again=not seconds[0]).run(*seconds)

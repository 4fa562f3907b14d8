"""Trains the target on tokens drawn anew each step.

    python3 target.py [SECONDS]

Needs tok_enc.npz, tok_dec.npz (and half.npy, else it decodes pack.bin) in $WORK. Writes target_0..2.npz in
the product's layout, words.npz (what further training needs beside them) and target.json to $WORK and $OUT.
The moving average of the weights is kept.
"""
import sys

import torch

import shared  # noqa: F401
from blocks import save_target
from captions_data import AUG, COLOURS, RECOL, Captions
from codes import load_painter
from habits import DEVICE, GPU, OUT, TOY, WORK, Budget, autocast, count, save_json, say, settle
from optim import Ema, Optimiser
from sampling import white_context
from scores import held_out, token_nats
from transformer import SIZE, make_target

BATCH = 8 if TOY else 256
DROPOUT = .12
UNKNOWN = .12                   # share of words that do without their learnt part
WHITE_WEIGHT, START_WEIGHT, START_LENGTH = .5, 1.5, 16
CLEAN_INPUTS = .3, .6           # share of sequences with all inputs: at first, in the last third
WRONG = .12                     # at most this share of the inputs is wrong where some are hidden
MEMORY = .998                   # of the moving average
REPORT = 6 if TOY else 1000


def corrupt(tokens, mask, untouched):
    """Inputs of which a part is hidden and a part wrong, so that the caption must carry the picture.

    Half of the sequences that are touched lose a uniformly drawn share, half lose 88 to 100 %.
    """
    n = len(tokens)
    u, share = torch.rand(2, n, 1, device=DEVICE)
    share = torch.where(u < untouched, 0., torch.where(u < (1 + untouched) / 2, share, .88 + .12 * share))
    wrong = (torch.rand(tokens.shape, device=DEVICE) < WRONG * torch.rand(n, 1, device=DEVICE)) & (share > 0)
    others = tokens[torch.randperm(n, device=DEVICE)]
    hidden = torch.rand(tokens.shape, device=DEVICE) < share
    return torch.where(hidden, mask, torch.where(wrong, others, tokens))


def position_weights(tokens, white):
    """White in white counts half, the first tokens of a thing up to 2.5 times.

    The weight of a start depends on what came before alone, so it does not bias the model.
    """
    plain = (tokens == white) & white_context(tokens, white)
    drawn = (tokens != white).cumsum(1) - (tokens != white).long()
    return (1 - (1 - WHITE_WEIGHT) * plain.float()) * (1 + START_WEIGHT * torch.exp(-drawn / START_LENGTH))


class Trainer:
    def __init__(self, seconds):
        self.captions = Captions()
        self.painter = load_painter(self.captions)
        self.white = self.painter.white
        say('pictures and clean codes, white', self.white)
        self.model = make_target(self.captions, self.painter.codes, DROPOUT).to(DEVICE)
        self.optimiser, self.ema = Optimiser(self.model), Ema(self.model, 4)
        self.budget = Budget(seconds, reserve=30)
        self.log = dict(size=SIZE, dropout=DROPOUT, parameters=count(self.model), blocks=count(self.model.blocks),
                        words=self.captions.words, seen=self.captions.seen, pictures=len(self.captions.train), curve=[])
        say({k: v for k, v in self.log.items() if k != 'curve'})

    def batch(self):
        """A fifth recoloured where possible, to 45 % moved, the rest clean -> prefixes, tokens."""
        c, n = self.captions, BATCH
        index = c.pick(n)
        painted, moved = n // 5, n * 9 // 20
        colour = torch.randint(0, COLOURS, (n,), device=DEVICE)
        tokens, kind = self.painter.clean[index].long(), c.kind[index]
        tokens[:moved] = self.painter.moved(index[:moved])
        kind[:moved] = AUG
        can = c.recolourable[index[:painted]]
        redrawn = self.painter.recoloured(index[:painted], colour[:painted])
        tokens[:painted] = torch.where(can[:, None], redrawn, tokens[:painted])
        kind[:painted] = torch.where(can, RECOL, kind[:painted])
        return c.drop(c.prefix(index, c.caption(index, kind, colour), kind)), tokens

    def step(self, part):
        prefix, tokens = self.batch()
        inputs = corrupt(tokens, self.model.mask, CLEAN_INPUTS[part > .67])
        with autocast():
            logits = self.model(prefix, inputs, UNKNOWN)
        weights = position_weights(tokens, self.white)
        loss = (token_nats(logits.float(), tokens) * weights).sum() / weights.sum()
        loss.backward()
        self.optimiser.step(min(1, (self.budget.steps + 1) / 60) * (1 if part < .4 else max(.005, (1 - part) / .6)))
        self.ema.update(MEMORY if part > .1 else .98)
        return loss

    def report(self, loss):
        figures = held_out(self.model, self.captions, self.painter.clean)
        figures.update(step=self.budget.steps, seconds=round(self.budget.elapsed, 1), loss=round(loss.item(), 4))
        self.log['curve'].append(figures)
        say(figures)

    def save(self):
        """Exports the moving average; training goes on with the live weights."""
        self.ema.swap()
        save_target(self.model, {WORK, OUT})
        self.ema.swap()

    def run(self):
        self.model.train()
        if GPU:
            self.model.compile_blocks(*self.batch())
        kept = False
        for part in self.budget:
            loss = self.step(part)
            if self.budget.steps % REPORT == REPORT - 1:
                self.report(loss)
            if part > .7 and not kept:      # should the machine go away
                kept = True
                self.save()
        budget = self.budget
        self.log.update(steps=budget.steps, seconds=round(budget.elapsed, 1), live=held_out(self.model, self.captions, self.painter.clean),
                        sequences_a_second=round(budget.steps * BATCH / budget.elapsed))
        self.save()
        self.ema.swap()
        self.log['ema'] = held_out(self.model, self.captions, self.painter.clean)
        say('target done', {k: self.log[k] for k in ('steps', 'seconds', 'sequences_a_second', 'live', 'ema')})
        for folder in {WORK, OUT}:
            save_json(f'{folder}/target.json', self.log)


if __name__ == '__main__':
    settle(1)
    Trainer(float(sys.argv[1]) if len(sys.argv) > 1 else 470).run()

"""Draft heads on the student's last hidden state: low-rank heads (shipped), an attention head (to compare).

    python3 heads.py [LOW_RANK] [ATTENTION]      (seconds; 60, 90)

Needs the student of distil.py. Writes heads.npz to $WORK/student, attention_head.npz and heads.json too.
"""
import os
import sys

import torch

import shared  # noqa: F401
from attention_head import AttentionHead
from captions_data import Captions, Prompts
from codes import Codes
from distil import POOL, SHARES, STUDENT, TEMPERATURES
from drafting_nets import LowRankHeads
from habits import DEVICE, FUSED, TOY, Budget, autocast, count, save_json, say, settle
from int8_weights import load_half, save_half
from optim import Optimiser
from rounding import load_limits, set_limits
from sampling import generate
from transformer import load_target

BATCH = 6 if TOY else 64
STEPS = 6                       # of the attention head in training
OWN = 3 / 4                     # share of a batch that the student drew


def load_student(captions, codes):
    """The student as stored, with rounded activations if it was trained with them."""
    model = load_target(captions, codes.codes, STUDENT).to(DEVICE).eval().requires_grad_(False)
    return set_limits(model, load_limits(f'{STUDENT}/ranges.npz'))


def load_heads(student):
    heads = LowRankHeads(student.pe.shape[1], student.codes), AttentionHead(student)
    found = {}
    for name, head in zip(('heads', 'attention_head'), heads):
        path = f'{STUDENT}/{name}.npz'
        if os.path.exists(path):
            head.load_state_dict(load_half(path))
            found[name] = head.to(DEVICE).eval()
    return found


class Trainer:
    def __init__(self):
        self.captions = Captions()
        self.codes = Codes(self.captions)
        self.student = load_student(self.captions, self.codes)
        self.log = {}
        self.prefix = Prompts(self.captions).draw(POOL)
        which = torch.multinomial(torch.tensor(SHARES, device=DEVICE), POOL, True)
        self.drawn = generate(self.student, self.prefix, torch.tensor(TEMPERATURES, device=DEVICE)[which], seed=13)
        say('student pool', POOL)

    @torch.no_grad()
    def batch(self):
        """-> tokens, the student's states and probabilities."""
        own = int(BATCH * OWN)
        row = torch.randint(0, len(self.drawn), (own,), device=DEVICE)
        prefix, tokens = self.codes.draw(BATCH - own)
        prefix, tokens = torch.cat([self.prefix[row], prefix]), torch.cat([self.drawn[row], tokens])
        with autocast():
            hidden = self.student.state(prefix, tokens)
            logits = self.student.logits(hidden)
        return tokens, hidden, logits.float().softmax(-1)

    def losses(self, head):
        """Cross-entropy to the student's own distribution, by distance."""
        tokens, hidden, wanted = self.batch()
        with autocast():
            return [-(wanted[:, k:] * logits[:, :-k].float().log_softmax(-1)).sum(-1).mean()
                    for k, logits in enumerate(head.unroll(hidden, tokens, STEPS), 1)]

    def train(self, name, head, optimiser, seconds):
        budget = Budget(seconds, reserve=90)
        for part in budget:
            losses = self.losses(head)
            sum(.9 ** i * loss for i, loss in enumerate(losses)).backward()
            factor = min(1, (budget.steps + 1) / 40) * (1 if part < .3 else max(.01, (1 - part) / .7))
            optimiser(factor)
        save_half(f'{STUDENT}/{name}.npz', head.state_dict())
        self.log[name] = dict(steps=budget.steps, seconds=round(budget.elapsed, 1), parameters=count(head),
                              loss=[round(v.item(), 3) for v in losses])
        say(name, self.log[name])
        save_json(f'{STUDENT}/heads.json', self.log)

    def low_rank(self, seconds):
        head = LowRankHeads(self.student.pe.shape[1], self.student.codes).to(DEVICE)
        adam = torch.optim.AdamW(head.parameters(), lr=3e-3, betas=(.9, .97), weight_decay=.01, **FUSED)

        def step(factor):
            for group in adam.param_groups:
                group['lr'] = 3e-3 * factor
            adam.step()
            adam.zero_grad(set_to_none=True)
        self.train('heads', head, step, seconds)

    def attention(self, seconds):
        head = AttentionHead(self.student).to(DEVICE)
        self.train('attention_head', head, Optimiser(head, .02, 2e-3, .02).step, seconds)


def main(low_rank=60., attention=90.):
    trainer = Trainer()
    trainer.low_rank(low_rank)
    if attention:
        trainer.attention(attention)


if __name__ == '__main__':
    settle(4)
    main(*map(float, sys.argv[1:]))

"""The target: prefix, plan and codes in one causal row; every row also knows the code of the previous frame at the place
that it is to predict.
"""
import torch
import torch.nn as nn
import torch.nn.functional as F

from layout import AREA, CODES, FIRST, FRAMES, LAG, LEVELS, NONE, PLAN, PREFIX, SIDE, VOCABULARY
from blocks import Block, Decoder, rms
from habits import TOY
from int8_weights import load_int8

SIZE = dict(d=64, layers=2, heads=2, kv=1, ff=128, size=32) if TOY else dict(d=512, layers=8, heads=4, kv=2, ff=1408, size=64)
FIRST_LAGGED = LAG + FIRST - PREFIX     # index in (plan, codes) of the first input that has a lagged code


def places():
    """Frame, row, column of every position; those before the codes lie in frame and row -2."""
    code = torch.arange(FRAMES * AREA)
    before, aside = torch.arange(FIRST), torch.full((FIRST,), -2)
    return (torch.cat([aside, code // AREA]), torch.cat([aside, code % AREA // SIDE]), torch.cat([before, code % SIDE]))


def angles(size):
    """[LENGTH, size / 2]; of 32 pairs 12 turn by frame, 10 by row, 10 by column."""
    third = size // 6
    pairs = size // 2 - 2 * third, third, third
    parts = [place[:, None].float() * 100.0 ** (-torch.arange(n) / n) for place, n in zip(places(), pairs)]
    return torch.cat(parts, 1)


def by_digits(rows, d, deviation):
    """A table whose rows of codes start close where the codes share digits (or nearly)."""
    digits = torch.arange(CODES)[:, None] // torch.tensor([1, 8, 64, 512]) % torch.tensor(LEVELS)
    hot = F.one_hot(digits, LEVELS[0]).float()
    near = F.one_hot((digits + 1).clamp(max=7), 8) + F.one_hot((digits - 1).clamp(min=0), 8)
    features = (hot + .5 * near).flatten(1)
    table = torch.randn(rows, d) * .6 * deviation
    table[:CODES] += .8 * deviation * (features @ torch.randn(features.shape[1], d)) / features.norm(dim=1, keepdim=True)
    return table


class Target(Decoder):
    def __init__(self, texts, d=512, layers=8, heads=4, kv=2, ff=1408, size=64):
        super().__init__([Block(d, heads, kv, ff, 0., size) for _ in range(layers)], d, VOCABULARY, angles(size))
        self.texts = texts
        self.te, self.ie, self.lag = nn.Embedding(texts, d), nn.Embedding(VOCABULARY, d), nn.Embedding(NONE + 1, d)
        self.pp = nn.Parameter(torch.randn(FIRST, d) * .1)              # places: prefix and plan
        self.pf, self.pr, self.pc = (nn.Parameter(torch.randn(n, d) * .1) for n in (FRAMES, SIDE, SIDE))
        nn.init.normal_(self.te.weight, std=.5)
        with torch.no_grad():
            for table, rows, deviation in ((self.ie, VOCABULARY, .5), (self.lag, NONE + 1, .5), (self.head, VOCABULARY, .02)):
                table.weight.copy_(by_digits(rows, d, deviation))

    def place(self):
        """[LENGTH, d]."""
        codes = self.pf[:, None, None] + self.pr[None, :, None] + self.pc
        return torch.cat([self.pp, codes.flatten(0, 2)])

    def lagged(self, tokens):
        """tokens [B, n] (plan, codes) as inputs -> the second input of each [B, n]."""
        second = torch.full_like(tokens, NONE)
        if tokens.shape[1] > FIRST_LAGGED:
            second[:, FIRST_LAGGED:] = tokens[:, PLAN:tokens.shape[1] - LAG]
        return second

    def state(self, prefix, tokens):
        """Normed states [B, n, d] that predict tokens 0 ... n - 1 (plan, codes; fewer than all will do)."""
        inputs = tokens[:, :-1]
        n = PREFIX + inputs.shape[1]
        text = self.te(prefix) + self.lag.weight[NONE]
        x = torch.cat([text, self.ie(inputs) + self.lag(self.lagged(inputs))], 1) + self.place()[:n]
        return rms(self.through_blocks(x)[:, PREFIX - 1:], self.nf)

    def forward(self, prefix, tokens):
        """-> logits [B, n, VOCABULARY]."""
        return self.logits(self.state(prefix, tokens))

    def product_state(self):
        """Tensors as the product reads them: places as one table."""
        state = {k: v for k, v in self.state_dict().items() if k not in ('te.weight', 'pp', 'pf', 'pr', 'pc')}
        state.update(text=self.te.weight, pe=self.place())
        return state

    def words_state(self):
        """What training needs beside the product's tensors."""
        return {k: getattr(self, k) for k in ('pp', 'pf', 'pr', 'pc')}


def load_target(folder):
    """The target from target_*.npz and words.npz."""
    state = load_int8(f'{folder}/target_[0-9].npz', f'{folder}/words.npz')
    state['te.weight'] = state.pop('text')
    state.pop('pe')
    model = Target(len(state['te.weight']), **SIZE)
    model.load_state_dict(state)
    return model

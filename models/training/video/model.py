"""The target: prefix, plan and codes in one causal row; every row also knows the code of the previous frame at the place
that it is to predict. The blocks are the picture model's, the same forward as the shipped graph.
"""
import torch
import torch.nn as nn
import torch.nn.functional as F

from layout import (AREA, CODES, FIRST, FRAMES, LAG, LENGTH, LEVELS, NONE, PLAN, PREFIX, SIDE, VOCABULARY)
from habits import TOY, GPU, autocast, load_rows, say
from transformer import Block, int8_linear, rms

SIZE = dict(d=64, layers=2, heads=2, kv=1, ff=128, size=32) if TOY else dict(d=512, layers=8, heads=4, kv=2, ff=1408, size=64)
FIRST_LAGGED = LAG + FIRST - PREFIX     # index in (plan, codes) of the first input that has a lagged code


class ClipBlock(Block):
    """Causal throughout; every activation is rounded alike, as the prefix runs in the same graph."""
    exact = 0

    def forward(self, x, cos, sin):
        q, k, v = self.attention_inputs(x, cos, sin)
        attended = F.scaled_dot_product_attention(q, k, v, is_causal=True, enable_gqa=True)
        return self.finish(x, attended.transpose(1, 2).flatten(2))

    def cached(self, x, cos, sin, cache, at):
        """The prefix (at 0) or one token; cache: keys and values [B, kv, LENGTH, size]."""
        batch, t, _ = x.shape
        q, k, v = self.attention_inputs(x, cos, sin)
        for kept, new in zip(cache, (k, v)):
            kept[:, :, at:at + t] = new
        k, v = (kept[:, :, :at + t] for kept in cache)
        if t > 1:
            attended = F.scaled_dot_product_attention(q, k, v, is_causal=True, enable_gqa=True)
            return self.finish(x, attended.transpose(1, 2).flatten(2))
        group = q.view(batch, self.kv, -1, self.size)       # a plain product is faster than any kernel for one row
        scores = (group @ k.transpose(-1, -2)).float() * self.size ** -.5
        return self.finish(x, (scores.softmax(-1).to(v.dtype) @ v).reshape(batch, 1, -1))


def places():
    """Frame, row, column of every position; those before the codes lie in frame and row -2."""
    code = torch.arange(FRAMES * AREA)
    before, aside = torch.arange(FIRST), torch.full((FIRST,), -2)
    return (torch.cat([aside, code // AREA]), torch.cat([aside, code % AREA // SIDE]), torch.cat([before, code % SIDE]))


def rope_tables(size):
    """cos and sin [LENGTH, 1, size / 2]; of 32 pairs 12 turn by frame, 10 by row, 10 by column."""
    third = size // 6
    pairs = size // 2 - 2 * third, third, third
    parts = [place[:, None].float() * 100.0 ** (-torch.arange(n) / n) for place, n in zip(places(), pairs)]
    angle = torch.cat(parts, 1)[:, None]
    return angle.cos(), angle.sin()


def by_digits(rows, d, deviation):
    """A table whose rows of codes start close where the codes share digits (or nearly)."""
    digits = torch.arange(CODES)[:, None] // torch.tensor([1, 8, 64, 512]) % torch.tensor(LEVELS)
    hot = F.one_hot(digits, LEVELS[0]).float()
    near = F.one_hot((digits + 1).clamp(max=7), 8) + F.one_hot((digits - 1).clamp(min=0), 8)
    features = (hot + .5 * near).flatten(1)
    table = torch.randn(rows, d) * .6 * deviation
    table[:CODES] += .8 * deviation * (features @ torch.randn(features.shape[1], d)) / features.norm(dim=1, keepdim=True)
    return table


class Target(nn.Module):
    def __init__(self, texts, d=512, layers=8, heads=4, kv=2, ff=1408, size=64):
        super().__init__()
        self.texts = texts
        self.te, self.ie, self.lag = nn.Embedding(texts, d), nn.Embedding(VOCABULARY, d), nn.Embedding(NONE + 1, d)
        self.pp = nn.Parameter(torch.randn(FIRST, d) * .1)              # places: prefix and plan
        self.pf, self.pr, self.pc = (nn.Parameter(torch.randn(n, d) * .1) for n in (FRAMES, SIDE, SIDE))
        self.blocks = nn.ModuleList([ClipBlock(d, heads, kv, ff, 0., size) for _ in range(layers)])
        self.nf = nn.Parameter(torch.ones(d))
        self.head = nn.Linear(d, VOCABULARY, bias=False)
        nn.init.normal_(self.te.weight, std=.5)
        with torch.no_grad():
            for table, rows, deviation in ((self.ie, VOCABULARY, .5), (self.lag, NONE + 1, .5), (self.head, VOCABULARY, .02)):
                table.weight.copy_(by_digits(rows, d, deviation))
        cos, sin = rope_tables(size)
        self.register_buffer('cos', cos, persistent=False)
        self.register_buffer('sin', sin, persistent=False)
        self.fast, self.head_limit = False, None

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

    def logits(self, hidden):
        if self.head_limit is None:
            return self.head(hidden)
        return int8_linear(hidden, self.head, self.head_limit, 0)

    def state(self, prefix, tokens):
        """Normed states [B, n, d] that predict tokens 0 ... n - 1 (plan, codes; fewer than all will do)."""
        inputs = tokens[:, :-1]
        n = PREFIX + inputs.shape[1]
        text = self.te(prefix) + self.lag.weight[NONE]
        x = torch.cat([text, self.ie(inputs) + self.lag(self.lagged(inputs))], 1) + self.place()[:n]
        cos, sin = self.cos[:n], self.sin[:n]
        for block in self.blocks:
            x = (block if self.fast else block.forward)(x, cos, sin)
        return rms(x[:, PREFIX - 1:], self.nf)

    def forward(self, prefix, tokens, hidden=False):
        """-> logits [B, n, VOCABULARY]; with hidden (None, states), as rounding.watch wants it."""
        state = self.state(prefix, tokens)
        return (None, state) if hidden else self.logits(state)

    def compile_blocks(self, prefix, tokens, backward=True):
        """Compiles the blocks with a trial step of the training shape; where that fails they stay as they are."""
        for block in self.blocks:
            block.compile()
        self.fast = True
        try:
            with autocast(), torch.set_grad_enabled(backward):
                trial = self.state(prefix, tokens).float().mean()
            if backward:
                trial.backward()
        except Exception as error:      # a slower run is better than none
            say('not compiled:', repr(error)[:300])
            self.fast = False
        self.zero_grad(set_to_none=True)
        say('blocks compiled' if self.fast else 'blocks run eagerly')

    # ---- one token after another
    def new_cache(self, batch, kind=torch.float32):
        block = self.blocks[0]
        empty = lambda: torch.empty(batch, block.kv, LENGTH, block.size, device=self.pp.device, dtype=kind)
        return [(empty(), empty()) for _ in self.blocks]

    def step(self, embedded, at, caches):
        """embedded [B, t, d] with places, positions at ... at + t - 1 -> logits behind the last."""
        x, t = embedded, embedded.shape[1]
        for block, cache in zip(self.blocks, caches):
            x = block.cached(x, self.cos[at:at + t], self.sin[at:at + t], cache, at)
        return self.logits(rms(x[:, -1:], self.nf))[:, 0]

    # ---- files
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
    state = load_rows(f'{folder}/target_[0-9].npz', f'{folder}/words.npz')
    state['te.weight'] = state.pop('text')
    state.pop('pe')
    model = Target(len(state['te.weight']), **SIZE)
    model.load_state_dict(state)
    return model

"""Transformer blocks and what every target is made of; the same forward as the shipped graphs (see lm_graph.py).

Two switches serve rounding: `watch` records the largest |input| of every matrix product, `limits` makes products
behave as int8 x int8 with fixed activation scales.
"""
import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F

from habits import autocast, say
from int8_weights import int8_rows, row_scales, save_parts

PLACES = ('qkv', 'o', 'gu', 'down')     # inputs of matrix products within a block


def rms(x, gain):
    return F.rms_norm(x, (x.shape[-1],), gain.to(x.dtype), 1e-6)


def rounded(x):
    """Whole numbers with the gradient of the identity."""
    return x + (x.round() - x).detach()


def int8_weight(layer):
    """-> whole numbers, scale a row. Scales set from outside go first: compiled code would skip their rounding to fp16."""
    scale = getattr(layer, 'row_scale', None)
    if scale is None:
        scale = row_scales(layer.weight).float()
    return rounded(layer.weight / scale), scale[:, 0]


def int8_linear(x, layer, limit, exact):
    """The layer as the static int8 kernel computes it: integers are exact in bf16, the scales come after.
    The first `exact` positions keep their activations: a prefix may run in a graph of floats."""
    step = limit / 127
    weight, scale = getattr(layer, 'int8', None) or int8_weight(layer)     # frozen models have it ready
    ratio = x / step
    whole = torch.cat([ratio[:, :exact], rounded(ratio[:, exact:].clamp(-127, 127))], 1)
    return F.linear(whole, weight) * (scale * step)


class Block(nn.Module):
    """Grouped queries, a norm for every head of queries and keys, rotary positions, SwiGLU; causal."""
    exact = 0       # the first positions keep float activations

    def __init__(self, d, heads, kv, ff, dropout, size=None):
        super().__init__()
        self.heads, self.kv, self.size, self.dropout = heads, kv, size or d // heads, dropout
        self.n1, self.n2 = nn.Parameter(torch.ones(d)), nn.Parameter(torch.ones(d))
        self.qn, self.kn = nn.Parameter(torch.ones(self.size)), nn.Parameter(torch.ones(self.size))
        linear = lambda i, o: nn.Linear(i, o, bias=False)
        self.wq, self.wo = linear(d, heads * self.size), linear(heads * self.size, d)
        self.wk, self.wv = linear(d, kv * self.size), linear(d, kv * self.size)
        self.w1, self.w3, self.w2 = linear(d, ff), linear(d, ff), linear(ff, d)
        for layer in (self.wq, self.wk, self.wv, self.w1, self.w3):
            nn.init.normal_(layer.weight, std=d ** -.5)
        nn.init.zeros_(self.wo.weight)
        nn.init.zeros_(self.w2.weight)
        self.limits, self.watch = None, None       # tensor [4]; dict place -> [inputs]

    def project(self, place, x, *layers):
        exact = self.exact if x.shape[1] > 1 else 0
        if self.watch is not None:
            largest = x[:, exact:].detach().float().abs().flatten(0, 1).amax(0)
            self.watch[place] = torch.maximum(self.watch.get(place, largest), largest)
        if self.limits is None:
            return [layer(x) for layer in layers]
        return [int8_linear(x, layer, self.limits[PLACES.index(place)], exact) for layer in layers]

    def rotate(self, z, cos, sin):
        a, b = z[..., :self.size // 2], z[..., self.size // 2:]
        return torch.cat([a * cos - b * sin, b * cos + a * sin], -1)

    def attention_inputs(self, x, cos, sin):
        """-> q [B, heads, t, size], k and v [B, kv, t, size]."""
        batch, t, _ = x.shape
        q, k, v = self.project('qkv', rms(x, self.n1), self.wq, self.wk, self.wv)
        v = v.view(batch, t, self.kv, self.size)
        q = rms(q.view(batch, t, self.heads, self.size), self.qn)
        k = rms(k.view(batch, t, self.kv, self.size), self.kn)
        q, k = (self.rotate(z, cos, sin).to(v.dtype) for z in (q, k))
        return q.transpose(1, 2), k.transpose(1, 2), v.transpose(1, 2)

    def attend(self, q, k, v):
        """Rows that begin a sequence -> [B, heads, t, size]."""
        return F.scaled_dot_product_attention(q, k, v, is_causal=True, enable_gqa=True)

    def finish(self, x, attended):
        """Output projection and feed-forward part; attended [B, heads, t, size]."""
        o, = self.project('o', attended.transpose(1, 2).flatten(2), self.wo)
        x = x + F.dropout(o, self.dropout, self.training)
        gate, up = self.project('gu', rms(x, self.n2), self.w1, self.w3)
        down, = self.project('down', F.silu(gate) * up, self.w2)
        return x + F.dropout(down, self.dropout, self.training)

    def forward(self, x, cos, sin):
        """Whole sequences."""
        return self.finish(x, self.attend(*self.attention_inputs(x, cos, sin)))

    def cached(self, x, cos, sin, cache, at):
        """The prefix (at 0) or one token; cache: keys and values [B, kv, positions, size]."""
        batch, t, _ = x.shape
        q, k, v = self.attention_inputs(x, cos, sin)
        for kept, new in zip(cache, (k, v)):
            kept[:, :, at:at + t] = new
        k, v = (kept[:, :, :at + t] for kept in cache)
        if t > 1:
            return self.finish(x, self.attend(q, k, v))
        group = q.reshape(batch, self.kv, -1, self.size)     # a plain product is faster than any kernel for one row
        scores = (group @ k.transpose(-1, -2)).float() * self.size ** -.5
        return self.finish(x, (scores.softmax(-1).to(v.dtype) @ v).view(batch, self.heads, 1, self.size))


class Decoder(nn.Module):
    """Blocks, last norm and head. A medium adds its tables, and state(*inputs) -> normed states that predict tokens."""

    def __init__(self, blocks, d, vocabulary, angles):
        """angles [positions, size / 2]: turns of a head's pairs."""
        super().__init__()
        self.blocks = nn.ModuleList(blocks)
        self.nf = nn.Parameter(torch.ones(d))
        self.head = nn.Linear(d, vocabulary, bias=False)
        self.register_buffer('cos', angles.cos()[:, None], persistent=False)
        self.register_buffer('sin', angles.sin()[:, None], persistent=False)
        self.fast, self.head_limit = False, None

    def compile_blocks(self, *inputs, backward=True):
        """Compiles the blocks with a trial step of the training shape; where that fails they stay as they are."""
        for block in self.blocks:
            block.compile()
        self.fast = True
        try:
            with autocast(), torch.set_grad_enabled(backward):
                trial = self.state(*inputs).float().mean()
            if backward:
                trial.backward()
        except Exception as error:      # a slower run is better than none
            say('not compiled:', repr(error)[:300])
            self.fast = False
        self.zero_grad(set_to_none=True)
        say('blocks compiled' if self.fast else 'blocks run eagerly')

    def through_blocks(self, x):
        """Embedded sequences [B, n, d] -> states behind the last block."""
        cos, sin = self.cos[:x.shape[1]], self.sin[:x.shape[1]]
        for block in self.blocks:
            x = (block if self.fast else block.forward)(x, cos, sin)
        return x

    def logits(self, state):
        if self.head_limit is None:
            return self.head(state)
        return int8_linear(state, self.head, self.head_limit, 0)

    def new_cache(self, batch, kind=torch.float32):
        block = self.blocks[0]
        empty = lambda: torch.empty(batch, block.kv, len(self.cos), block.size, device=self.nf.device, dtype=kind)
        return [(empty(), empty()) for _ in self.blocks]

    def step(self, embedded, at, caches):
        """embedded [B, t, d] with places, positions at ... at + t - 1 -> logits behind the last."""
        x, t = embedded, embedded.shape[1]
        for block, cache in zip(self.blocks, caches):
            x = block.cached(x, self.cos[at:at + t], self.sin[at:at + t], cache, at)
        return self.logits(rms(x[:, -1:], self.nf))[:, 0]


class Quiet:
    """with Quiet(model): evaluation mode without compiled blocks, and everything as before afterwards."""

    def __init__(self, model):
        self.model = model

    def __enter__(self):
        self.was = self.model.training, self.model.fast
        self.model.fast = False
        return self.model.eval()

    def __exit__(self, *_):
        self.model.train(self.was[0])
        self.model.fast = self.was[1]


def save_target(model, folders):
    """target_0..2.npz as the product reads them, words.npz: what training needs beside them."""
    for folder in folders:
        save_parts(int8_rows(model.product_state()), f'{folder}/target')
        np.savez(f'{folder}/words.npz', **int8_rows(model.words_state()))

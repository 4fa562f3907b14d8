"""The target: 16 caption positions that see one another, then 256 picture tokens in raster order.

The same forward as the shipped graph. Two switches serve rounding: `watch` records the largest |input| of
every matrix product, `limits` makes products behave as int8 x int8 with fixed activation scales.
"""
import torch
import torch.nn as nn
import torch.nn.functional as F

from captions_data import FIRST_WORD, PREFIX, TOKENS
from habits import TOY, autocast, load_rows, row_scales, say

SIZE = dict(d=128, layers=2, heads=4, kv=2, ff=256) if TOY else dict(d=512, layers=10, heads=8, kv=4, ff=1408)
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
    The first `exact` positions keep their activations: the prefix runs in a graph of floats."""
    step = limit / 127
    weight, scale = getattr(layer, 'int8', None) or int8_weight(layer)     # frozen models have it ready
    ratio = x / step
    whole = torch.cat([ratio[:, :exact], rounded(ratio[:, exact:].clamp(-127, 127))], 1)
    return F.linear(whole, weight) * (scale * step)


class Block(nn.Module):
    exact = PREFIX - 1      # the first positions keep float activations; the last of the prefix runs again as a row

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

    def finish(self, x, attended):
        """Output projection and feed-forward part."""
        o, = self.project('o', attended, self.wo)
        x = x + F.dropout(o, self.dropout, self.training)
        gate, up = self.project('gu', rms(x, self.n2), self.w1, self.w3)
        down, = self.project('down', F.silu(gate) * up, self.w2)
        return x + F.dropout(down, self.dropout, self.training)

    def forward(self, x, cos, sin):
        """Whole sequences: the prefix sees itself in both directions, the picture is causal."""
        batch, t, d = x.shape
        q, k, v = self.attention_inputs(x, cos, sin)
        k, v = (z.repeat_interleave(self.heads // self.kv, 1) for z in (k, v))
        prefix = F.scaled_dot_product_attention(q[:, :, :PREFIX], k[:, :, :PREFIX], v[:, :, :PREFIX])
        picture = F.scaled_dot_product_attention(q, k, v, is_causal=True)[:, :, PREFIX:]
        return self.finish(x, torch.cat([prefix, picture], 2).transpose(1, 2).reshape(batch, t, d))

    def cached(self, x, cos, sin, cache, at):
        """The prefix (at 0) or one token, keys and values kept in cache (k, v) [B, kv, 272, size]."""
        batch, t, d = x.shape
        q, k, v = self.attention_inputs(x, cos, sin)
        for kept, new in zip(cache, (k, v)):
            kept[:, :, at:at + t] = new
        k, v = (kept[:, :, :at + t] for kept in cache)
        group = self.heads // self.kv
        if t == 1:      # a plain product is faster than any attention kernel for one row
            scores = (q.reshape(batch, self.kv, group, self.size) @ k.transpose(-1, -2)).float() * self.size ** -.5
            attended = (scores.softmax(-1).to(v.dtype) @ v).reshape(batch, 1, d)
        else:
            k, v = (z.repeat_interleave(group, 1) for z in (k, v))
            attended = F.scaled_dot_product_attention(q, k, v).transpose(1, 2).reshape(batch, t, d)
        return self.finish(x, attended)


def rope_tables(size):
    """cos and sin [272, 1, size / 2]: half of the pairs turn by row, half by column; the prefix lies in row -2."""
    n = size // 4
    frequency = 100.0 ** (-torch.arange(n) / n)
    place = torch.arange(TOKENS)
    row = torch.cat([torch.full((PREFIX,), -2.), (place // 16).float()])
    column = torch.cat([torch.arange(PREFIX).float(), (place % 16).float()])
    angle = torch.cat([row[:, None] * frequency, column[:, None] * frequency], 1)[:, None]
    return angle.cos(), angle.sin()


class Target(nn.Module):
    def __init__(self, codes, words, seen, vectors, dropout=0., d=512, layers=10, heads=8, kv=4, ff=1408):
        super().__init__()
        self.codes, self.words, self.seen, self.mask = codes, words, seen, codes   # the input id behind the codes hides a token
        self.te, self.ie = nn.Embedding(words, d), nn.Embedding(codes + 1, d)
        self.pe = nn.Parameter(torch.randn(PREFIX + TOKENS, d) * .02)
        self.register_buffer('vectors', torch.as_tensor(vectors).float(), persistent=False)
        self.wm = nn.Linear(self.vectors.shape[1], d, bias=False)
        for table in (self.wm, self.te, self.ie):          # word vectors have length 1
            nn.init.normal_(table.weight, std=.5)
        with torch.no_grad():
            self.te.weight[FIRST_WORD:].mul_(.4)
        self.blocks = nn.ModuleList([Block(d, heads, kv, ff, dropout) for _ in range(layers)])
        self.nf = nn.Parameter(torch.ones(d))
        self.head = nn.Linear(d, codes, bias=False)
        nn.init.normal_(self.head.weight, std=.02)
        cos, sin = rope_tables(d // heads)
        self.register_buffer('cos', cos, persistent=False)
        self.register_buffer('sin', sin, persistent=False)
        self.fast, self.head_limit = False, None

    def compile_blocks(self, prefix, tokens):
        """Compiles the blocks with a trial step of the training shape; where that fails they stay as they are."""
        for block in self.blocks:
            block.compile()
        self.fast = True
        try:
            with autocast():
                self(prefix, tokens).float().mean().backward()
        except Exception as error:      # a slower run is better than none
            say('not compiled:', repr(error)[:300])
            self.fast = False
        self.zero_grad(set_to_none=True)
        say('blocks compiled' if self.fast else 'blocks run eagerly')

    def text(self, ids, drop=0.):
        """Projected word vector + learnt part; words never seen in training have the vector alone.
        With drop, some words of a batch do without the learnt part, so that the vector alone must do."""
        known = ids < self.seen
        if drop:
            known = known & ~((torch.rand(ids.shape, device=ids.device) < drop) & (ids >= FIRST_WORD))
        return self.te(ids) * known[..., None] + self.wm(self.vectors[ids])

    def logits(self, hidden):
        if self.head_limit is None:
            return self.head(hidden)
        return int8_linear(hidden, self.head, self.head_limit, 0)

    def forward(self, prefix, tokens, drop=0., hidden=False):
        """-> logits [B, 256, codes] (position 15 of the prefix says token 0), with hidden also the normed state."""
        x = torch.cat([self.text(prefix, drop), self.ie(tokens)], 1) + self.pe
        for block in self.blocks:
            x = (block if self.fast else block.forward)(x, self.cos, self.sin)
        state = rms(x[:, PREFIX - 1:-1], self.nf)
        return (self.logits(state), state) if hidden else self.logits(state)

    def new_cache(self, batch, kind):
        block = self.blocks[0]
        empty = lambda: torch.empty(batch, block.kv, PREFIX + TOKENS, block.size, device=self.pe.device, dtype=kind)
        return [(empty(), empty()) for _ in self.blocks]

    def step(self, embedded, at, caches):
        """Logits behind the last of the new positions."""
        t = embedded.shape[1]
        x = embedded + self.pe[at:at + t]
        for block, cache in zip(self.blocks, caches):
            x = block.cached(x, self.cos[at:at + t], self.sin[at:at + t], cache, at)
        return self.logits(rms(x[:, -1:], self.nf))[:, 0]

    def product_state(self):
        """Tensors as the product reads them: one folded text table, picture tokens without the mask."""
        state = {k: v for k, v in self.state_dict().items() if not k.startswith(('te.', 'wm.', 'ie.'))}
        with torch.no_grad():
            state['text'] = self.text(torch.arange(self.words, device=self.pe.device))
        state['ie.weight'] = self.ie.weight[:self.codes]
        return state

    def words_state(self):
        """What training needs beside the product's tensors."""
        return {'te.weight': self.te.weight, 'wm.weight': self.wm.weight, 'mask': self.ie.weight[self.codes]}


def make_target(captions, codes, dropout=0.):
    return Target(codes, captions.words, captions.seen, captions.vectors, dropout, **SIZE)


def load_target(captions, codes, folder):
    """The target from target_*.npz and words.npz."""
    state = load_rows(f'{folder}/target_[0-9].npz', f'{folder}/words.npz')
    state.pop('text')
    state['ie.weight'] = torch.cat([state['ie.weight'], state.pop('mask')[None]])
    model = make_target(captions, codes)
    model.load_state_dict(state)
    return model

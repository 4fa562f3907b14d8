"""Small networks that draft for the text model. All of them share the form of their vocabulary: the R likeliest tokens of the model's
answers, each a vector of `rank` numbers that is both what goes in and what logits are made with. A low rank makes a step cheap:
on a CPU the table is most of what a step reads.

teach(target, taps, ids) -> for j = 1, 2, ...: logits [B, L - j - 1, R]; those at index t are of token t + j + 1, by the
target's features up to index t and the tokens up to t + j.
"""
import torch
import torch.nn as nn
import torch.nn.functional as F

import shared  # noqa: F401
from matrices import HEAD_SIZE
from smollm import rotate

EPSILON = 1e-5


class Norm(nn.Module):
    def __init__(self, d):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(d))

    def forward(self, x):
        return F.rms_norm(x, x.shape[-1:], self.weight.to(x.dtype), EPSILON)


def linear(inputs, outputs, std=.02):
    made = nn.Linear(inputs, outputs, bias=False)
    nn.init.normal_(made.weight, std=std)
    return made


class Vocabulary(nn.Module):
    """tokens: those that can be guessed [R]. Index R stands for any other one, in what goes in only."""

    def __init__(self, target, tokens, d, rank):
        super().__init__()
        index = torch.full((target.vocabulary,), len(tokens), device=tokens.device)
        index[tokens] = torch.arange(len(tokens), device=tokens.device)
        self.register_buffer("index", index)
        self.register_buffer("tokens", tokens)
        rows = target.embedding[tokens].float() * target.norms["nf"].float()
        left, values, _ = torch.linalg.svd(rows, full_matrices=False)
        table = left[:, :rank] * values[:rank].sqrt()
        table = torch.cat([table / table.std(), torch.zeros(1, rank, device=tokens.device)])
        self.table = nn.Parameter(table)
        self.enter, self.leave, self.norm = linear(rank, d, rank ** -.5), linear(d, rank), Norm(d)

    def embed(self, ids):
        return self.enter(F.embedding(self.index[ids], self.table.to(self.enter.weight.dtype)))

    def logits(self, h):
        return F.linear(self.leave(self.norm(h)), self.table[:-1])


class Block(nn.Module):
    """A transformer block whose attention may read more than its residual stream holds."""

    def __init__(self, d, ff, heads, kv, inputs=None):
        super().__init__()
        self.heads, self.kv = heads, kv
        self.qkv = linear(inputs or d, (heads + 2 * kv) * HEAD_SIZE)
        self.o, self.gu, self.down = linear(heads * HEAD_SIZE, d, .01), linear(d, 2 * ff), linear(ff, d, .01)
        self.n1, self.n2 = Norm(inputs or d), Norm(d)

    def split(self, x, cos, sin):
        q, k, v = (part.unflatten(-1, (-1, HEAD_SIZE)).transpose(1, 2) for part in self.qkv(self.n1(x)).split(
            [self.heads * HEAD_SIZE, self.kv * HEAD_SIZE, self.kv * HEAD_SIZE], -1))
        return rotate(q, cos, sin), rotate(k, cos, sin), v

    def finish(self, h, attended):
        h = h + self.o(attended.transpose(1, 2).flatten(2))
        gate, up = self.gu(self.n2(h)).chunk(2, -1)
        return h + self.down(F.silu(gate) * up)


class FeatureHead(nn.Module):
    """EAGLE-3 (Li et al. 2025): one block over the target's features and the tokens behind them, taught on its own
    features (training-time test)."""
    steps, weights = 4, (1., .9, .8, .7)

    def __init__(self, target, tokens, d, rank, ff, heads, kv, taps=3):
        super().__init__()
        self.vocabulary = Vocabulary(target, tokens, d, rank)
        self.tap_norms = nn.ModuleList(Norm(target.d) for _ in range(taps))
        self.fuse = linear(taps * target.d, d, (taps * target.d) ** -.5)
        self.nh = Norm(d)
        self.block = Block(d, ff, heads, kv, 2 * d)

    def features(self, taps):
        return self.fuse(torch.cat([norm(tap) for norm, tap in zip(self.tap_norms, taps)], -1))

    def teach(self, target, taps, ids):
        length, h, keys, values, out = ids.shape[1], self.features(taps), [], [], []
        for j in range(1, self.steps + 1):
            e = self.vocabulary.embed(torch.roll(ids, -j, 1))
            cos, sin = target.cos[j - 1:length + j - 1], target.sin[j - 1:length + j - 1]
            q, k, v = self.block.split(torch.cat([e, self.nh(h)], -1), cos, sin)
            keys.append(k), values.append(v)
            if j == 1:
                attended = F.scaled_dot_product_attention(q, k, v, is_causal=True, enable_gqa=True)
            else:
                attended = F.scaled_dot_product_attention(q, torch.cat(keys, 2), torch.cat(values, 2),
                                                          attn_mask=later_mask(length, j, q), enable_gqa=True)
            h = self.block.finish(h, attended)
            out.append(self.vocabulary.logits(h[:, :length - j - 1]))
        return out


MASKS = {}


def later_mask(length, steps, like):
    """What a step sees: everything up to its index in the first one, its own index in the later ones."""
    key = length, steps, like.dtype
    if key not in MASKS:
        causal = torch.full((length, length), float("-inf"), device=like.device).triu(1)
        own = torch.full((length, length), float("-inf"), device=like.device).fill_diagonal_(0)
        MASKS[key] = torch.cat([causal] + [own] * (steps - 1), 1).to(like.dtype)
    return MASKS[key]


class ParallelHeads(nn.Module):
    """Medusa (Cai et al. 2024), with the token that is known beside the target's features: a head for each place, none sees
    what another one guessed."""
    weights = (1., .8, .6, .5)

    def __init__(self, target, tokens, d, rank, ff, count=4, taps=3):
        super().__init__()
        self.vocabulary = Vocabulary(target, tokens, d, rank)
        self.tap_norms = nn.ModuleList(Norm(target.d) for _ in range(taps))
        self.fuse = linear(taps * target.d + d, d, (taps * target.d) ** -.5)
        self.norm, self.gu, self.down = Norm(d), linear(d, 2 * ff), linear(ff, d, .01)
        self.first = nn.ModuleList(linear(d, d) for _ in range(count))
        self.second = nn.ModuleList(linear(d, d, .01) for _ in range(count))

    def teach(self, target, taps, ids):
        e = self.vocabulary.embed(torch.roll(ids, -1, 1))
        z = self.fuse(torch.cat([norm(tap) for norm, tap in zip(self.tap_norms, taps)] + [e], -1))
        gate, up = self.gu(self.norm(z)).chunk(2, -1)
        z = z + self.down(F.silu(gate) * up)
        length = ids.shape[1]
        heads = zip(self.first, self.second)
        return [self.vocabulary.logits((z + b(F.silu(a(z))))[:, :length - j - 1]) for j, (a, b) in enumerate(heads, 1)]


class Student(nn.Module):
    """A small language model of its own (as in speculative sampling, Chen et al. 2023): it sees tokens only."""
    weights = (1.,)

    def __init__(self, target, tokens, d, rank, ff, heads, kv, layers):
        super().__init__()
        self.vocabulary = Vocabulary(target, tokens, d, rank)
        self.blocks = nn.ModuleList(Block(d, ff, heads, kv) for _ in range(layers))

    def teach(self, target, taps, ids):
        h, length = self.vocabulary.embed(ids), ids.shape[1]
        for block in self.blocks:
            q, k, v = block.split(h, target.cos[:length], target.sin[:length])
            h = block.finish(h, F.scaled_dot_product_attention(q, k, v, is_causal=True, enable_gqa=True))
        return [self.vocabulary.logits(h[:, 1:length - 1])]

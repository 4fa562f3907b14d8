"""Small networks that draft for a target. All but LowRankHeads share the form of their vocabulary: the R likeliest tokens of the
target's answers, each a vector of `rank` numbers that is both what goes in and what logits are made with. A low rank makes a step
cheap: on a CPU the table is most of what a step reads.

All of them are taught at some places of a sequence only (logits over a vocabulary cost more than the rest), the anchors:
teach(target, lesson) yields for the guesses 1, 2, ... behind each anchor t: logits [B, n, R] of token t + j + 1, by the target's features up
to t and the tokens up to t + j, and the places t + j [B, n] where the target itself says what it thinks of that token.

A target has `vocabulary` (how many tokens it can say), `d` (numbers of a feature), `cos` and `sin` [places, 32] (turns of rotary
positions) and vectors(tokens): a vector for each to begin a table with [R, any], or None. LookAhead asks for more: see smollm.py.
"""
import dataclasses
from typing import Callable

import torch
import torch.nn as nn
import torch.nn.functional as F

from matrices import HEAD_SIZE

EPSILON = 1e-5


def rotate(x, cos, sin):
    """Rotary embedding by halves; cos and sin end in [32]."""
    a, b = x.float().chunk(2, -1)
    return torch.cat([a * cos - b * sin, b * cos + a * sin], -1).to(x.dtype)


@dataclasses.dataclass
class Lesson:
    ids: torch.Tensor           # [B, L]
    taps: list                  # features of the target [B, L, d] each
    anchors: torch.Tensor       # [B, n]
    said: torch.Tensor          # [B, L], the answers' tokens; the others were asked
    chances: Callable | None = None     # places [B, n] -> how likely the target finds each word behind them [B, n, R]
    logits: Callable | None = None      # the same as its logits of all tokens [B, n, V]


def picked(x, places):
    """Rows of x [B, L, d] at places [B, n]."""
    return x.gather(1, places[..., None].expand(-1, -1, x.shape[-1]))


def swiglu(net, x):
    gate, up = net.gu(x).chunk(2, -1)
    return net.down(F.silu(gate) * up)


def blocks_behind(at, length, size, causal=False):
    """Rows of `size` places behind each of some anchors at [B, n]: places [B, n * size], and a mask [B, 1, n * size, length + n * size] of
    what they see, the sequence up to the anchor and the rows behind it; causal: of these the earlier ones only."""
    (batch, n), device = at.shape, at.device
    places = (at[..., None] + 1 + torch.arange(size, device=device)).flatten(1)
    sees = torch.arange(length, device=device)[None, None] <= at.repeat_interleave(size, 1)[..., None]
    block = torch.ones(size, size, dtype=torch.bool, device=device)
    own = torch.block_diag(*[block.tril() if causal else block] * n).bool()
    return places, torch.cat([sees, own.expand(batch, -1, -1)], -1)[:, None]


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
    """tokens: those that can be guessed [R], and where prompts have others (sounds, words of a caption), those, too. Index R stands
    for any other one, in what goes in only."""

    def __init__(self, target, tokens, d, rank):
        super().__init__()
        # One place more than there are tokens, for all that are greater than any known.
        index = torch.full((max(target.vocabulary, int(tokens.max()) + 1) + 1,), len(tokens), device=tokens.device)
        index[tokens] = torch.arange(len(tokens), device=tokens.device)
        self.register_buffer("index", index)
        self.register_buffer("tokens", tokens)
        rows = target.vectors(tokens)
        if rows is None:
            table = torch.randn(len(tokens), rank, device=tokens.device)
        else:
            left, values, _ = torch.linalg.svd(rows, full_matrices=False)
            table = left[:, :rank] * values[:rank].sqrt()
        table = torch.cat([table / table.std(), torch.zeros(1, rank, device=tokens.device)])
        self.table = nn.Parameter(table)
        self.enter, self.leave, self.norm = linear(rank, d, rank ** -.5), linear(d, rank), Norm(d)

    def embed(self, ids):
        known = self.index[ids.clamp(max=len(self.index) - 1)]
        return self.enter(F.embedding(known, self.table.to(self.enter.weight.dtype)))

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
        return h + swiglu(self, self.n2(h))


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

    def teach(self, target, lesson):
        ids, at = lesson.ids, lesson.anchors
        length, n = ids.shape[1], at.shape[1]
        h = self.features(lesson.taps)
        e = self.vocabulary.embed(torch.roll(ids, -1, 1))
        q, k, v = self.block.split(torch.cat([e, self.nh(h)], -1), target.cos[:length], target.sin[:length])
        h = self.block.finish(h, F.scaled_dot_product_attention(q, k, v, is_causal=True, enable_gqa=True))
        # The later guesses are made behind anchors only: each sees the first step up to its anchor, and what was guessed there.
        h, keys, values = picked(h, at), [k], [v]
        yield self.vocabulary.logits(h), at + 1
        sees = torch.arange(length, device=at.device)[None, None] <= at[..., None]
        own = torch.eye(n, dtype=torch.bool, device=at.device).expand(len(at), -1, -1)
        for j in range(2, self.steps + 1):
            e, places = self.vocabulary.embed(ids.gather(1, at + j)), at + j - 1
            q, k, v = self.block.split(torch.cat([e, self.nh(h)], -1), target.cos[places][:, None], target.sin[places][:, None])
            keys.append(k), values.append(v)
            mask = torch.cat([sees] + [own] * (j - 1), -1)[:, None]
            h = self.block.finish(h, F.scaled_dot_product_attention(q, torch.cat(keys, 2), torch.cat(values, 2), attn_mask=mask,
                                                                    enable_gqa=True))
            yield self.vocabulary.logits(h), at + j


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

    def teach(self, target, lesson):
        at = lesson.anchors
        e = self.vocabulary.embed(lesson.ids.gather(1, at + 1))
        taps = [norm(picked(tap, at)) for norm, tap in zip(self.tap_norms, lesson.taps)]
        z = self.fuse(torch.cat(taps + [e], -1))
        z = z + swiglu(self, self.norm(z))
        for j, (a, b) in enumerate(zip(self.first, self.second), 1):
            yield self.vocabulary.logits(z + b(F.silu(a(z)))), at + j


class LowRankHeads(nn.Module):
    """Heads on the target's last state, of few numbers each: from the state that says the next token, head i guesses the token
    i + 2 places on. They say every token of the target."""

    def __init__(self, d, tokens, count=6, rank=128):
        super().__init__()
        self.shape, self.weights = (count, rank), tuple(.9 ** i for i in range(count))
        self.z = nn.Linear(d, count * rank, bias=False)
        self.o = nn.Parameter(torch.randn(count, tokens, rank) * .02)

    def low(self, hidden):
        return self.z(hidden).unflatten(-1, self.shape)

    def forward(self, hidden):
        """[..., d] -> [..., count, tokens]"""
        low = self.low(hidden)
        return torch.einsum("...ir,icr->...ic", low, self.o.to(low.dtype))

    def unroll(self, hidden, tokens, steps):
        """Logits for one, two ... places behind the token that the state says."""
        low = self.low(hidden)
        for i in range(min(steps, len(self.o))):
            yield low[..., i, :] @ self.o[i].to(low.dtype).T

    def teach(self, target, lesson):
        at = lesson.anchors
        for j, logits in enumerate(self.unroll(picked(lesson.taps[0], at), None, len(self.o)), 1):
            yield logits, at + j


class BlockDrafter(nn.Module):
    """All guesses at once by one pass over masked places, which see one another and, through keys and values made of it, what
    the target knows (DFlash, 2026). prompt_only: of the target's features those of the prompt only, as SpecDec's
    non-autoregressive drafter sees its encoder (Xia et al. 2023); the answer's tokens stand for themselves."""

    def __init__(self, target, tokens, d, rank, ff, heads, kv, layers=2, guesses=7, every=4, taps=3, prompt_only=False):
        super().__init__()
        self.vocabulary = Vocabulary(target, tokens, d, rank)
        self.guesses, self.every, self.prompt_only = guesses, every, prompt_only
        self.weights = tuple(.85 ** j for j in range(guesses))
        self.tap_norms = nn.ModuleList(Norm(target.d) for _ in range(taps))
        self.fuse, self.nc = linear(taps * target.d, d, (taps * target.d) ** -.5), Norm(d)
        self.masked = nn.Parameter(torch.randn(guesses, d))
        self.blocks = nn.ModuleList(Block(d, ff, heads, kv) for _ in range(layers))
        self.contexts = nn.ModuleList(linear(d, 2 * kv * HEAD_SIZE) for _ in range(layers))

    def context(self, lesson):
        c = self.fuse(torch.cat([norm(tap) for norm, tap in zip(self.tap_norms, lesson.taps)], -1))
        if self.prompt_only:
            c = torch.where(lesson.said[..., None], self.vocabulary.embed(lesson.ids).to(c.dtype), c)
        return self.nc(c)

    def teach(self, target, lesson):
        at = lesson.anchors[:, ::self.every if self.training else 1]
        (batch, n), length, size = at.shape, lesson.ids.shape[1], self.guesses + 1
        c = self.context(lesson)
        known = self.vocabulary.embed(lesson.ids.gather(1, at + 1))
        h = torch.cat([known[:, :, None], self.masked.to(known.dtype).expand(batch, n, -1, -1)], 2).flatten(1, 2)
        places, mask = blocks_behind(at, length, size)
        cos, sin = target.cos[places][:, None], target.sin[places][:, None]
        for block, enter in zip(self.blocks, self.contexts):
            q, k, v = block.split(h, cos, sin)
            ck, cv = (part.unflatten(-1, (-1, HEAD_SIZE)).transpose(1, 2) for part in enter(c).chunk(2, -1))
            ck = rotate(ck, target.cos[:length], target.sin[:length])
            attended = F.scaled_dot_product_attention(q, torch.cat([ck, k], 2), torch.cat([cv, v], 2), attn_mask=mask,
                                                      enable_gqa=True)
            h = block.finish(h, attended)
        h = h.unflatten(1, (n, size))
        for j in range(1, size):
            yield self.vocabulary.logits(h[:, :, j]), at + j


class Student(nn.Module):
    """A small language model of its own (as in speculative sampling, Chen et al. 2023): it sees tokens only.

    boosts: the name of another one; where that one is right, this one needs not be (SpecInfer's boost-tuning, Miao et al. 2023).
    """
    weights, depth = (1.,), 4

    def __init__(self, target, tokens, d, rank, ff, heads, kv, layers, boosts=None):
        super().__init__()
        self.boosts = boosts
        self.vocabulary = Vocabulary(target, tokens, d, rank)
        self.blocks = nn.ModuleList(Block(d, ff, heads, kv) for _ in range(layers))

    def teach(self, target, lesson):
        h, length = self.vocabulary.embed(lesson.ids), lesson.ids.shape[1]
        for block in self.blocks:
            q, k, v = block.split(h, target.cos[:length], target.sin[:length])
            h = block.finish(h, F.scaled_dot_product_attention(q, k, v, is_causal=True, enable_gqa=True))
        for j in range(1, 1 + self.depth):
            yield self.vocabulary.logits(picked(h, lesson.anchors + j)), lesson.anchors + j

    @torch.no_grad()
    def write(self, target, ids, starts, temperature=1.):
        """Sequences that go on by the student's own draws: ids [B, L], from place `starts` [B] on its own."""
        ids, length, caches = ids.clone(), ids.shape[1], {}
        never = self.vocabulary.tokens >= target.vocabulary
        for i in range(length - 1):
            h = self.vocabulary.embed(ids[:, i:i + 1])
            for block in self.blocks:
                q, *fresh = block.split(h, target.cos[i:i + 1], target.sin[i:i + 1])
                if i == 0:
                    caches[block] = [one.new_zeros(*one.shape[:2], length, HEAD_SIZE) for one in fresh]
                for kept, one in zip(caches[block], fresh):
                    kept[:, :, i] = one[:, :, 0]
                k, v = (kept[:, :, :i + 1] for kept in caches[block])
                h = block.finish(h, F.scaled_dot_product_attention(q, k, v, enable_gqa=True))
            logits = (self.vocabulary.logits(h[:, 0]).float() / temperature).masked_fill(never, -torch.inf)
            drawn = self.vocabulary.tokens[(logits - torch.empty_like(logits).exponential_().log()).argmax(-1)]
            ids[:, i + 1] = torch.where(i + 1 < starts, ids[:, i + 1], drawn)
        return ids


class EarlyExit(nn.Module):
    """The target's own first layers and a small adapter behind them (Kangaroo, Liu et al. 2024; predictive pipelined
    decoding, Yang et al. 2023, exits so)."""
    weights, depth = (1.,), 4

    def __init__(self, target, tokens, rank, ff):
        super().__init__()
        self.vocabulary = Vocabulary(target, tokens, target.d, rank)
        self.norm, self.gu, self.down = Norm(target.d), linear(target.d, 2 * ff), linear(ff, target.d, .01)

    def teach(self, target, lesson):
        for j in range(1, 1 + self.depth):
            z = picked(lesson.taps[0], lesson.anchors + j)
            yield self.vocabulary.logits(z + swiglu(self, self.norm(z))), lesson.anchors + j


class LookAhead(nn.Module):
    """Learned tokens behind the last one, read by the target itself (PaSS, Monea et al. 2023): all that is learned is what
    goes in for them."""
    weights = (1., .8, .6)

    def __init__(self, target, tokens, count=3, every=4):
        super().__init__()
        self.count, self.every = count, every
        self.register_buffer("tokens", tokens)
        start = target.embedding.float().mean(0)
        self.masked = nn.Parameter(start + .02 * torch.randn(count, target.d, device=start.device))

    def teach(self, target, lesson):
        at = lesson.anchors[:, ::self.every if self.training else 1]
        (batch, n), length, count = at.shape, lesson.ids.shape[1], self.count
        places, mask = blocks_behind(at, length, count, causal=True)
        cos, sin = target.cos[places][:, :, None], target.sin[places][:, :, None]
        x = self.masked.to(target.dtype).repeat(batch, n, 1)
        for i, (keys, values) in enumerate(target.keys_and_values(lesson.ids)):
            def attend(q, k, v):
                q, k, v = (part.transpose(1, 2) for part in (q, k, v))
                out = F.scaled_dot_product_attention(q, torch.cat([keys, k], 2), torch.cat([values, v], 2), attn_mask=mask,
                                                     enable_gqa=True)
                return out.transpose(1, 2).flatten(2)
            x = target.block(i, x, attend, cos, sin)
        x = target.norm(x, "nf").unflatten(1, (n, count))
        table = target.embedding[self.tokens]
        for j in range(count):
            yield F.linear(x[:, :, j], table), at + j + 1

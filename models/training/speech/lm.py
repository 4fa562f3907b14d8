"""The target: a decoder-only transformer over one vocabulary of units and phoneme symbols.

A row is [symbols ..., BEGIN, units ..., END]; only units and END are ever predicted.
Parameter names are short because the exported npz files use them: e (embedding and tied
head), l.N.{n1,q,k,v,o,n2,g,u,dn} (a layer), nf (last norm).
"""
import math

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F

NEVER = -1e9


class Vocabulary:
    """Units 0..K-1, END, BEGIN, PAD, then the phoneme symbols by their own id."""

    def __init__(self, K, symbols=64):
        self.K, self.symbols = int(K), int(symbols)
        self.END, self.BEGIN, self.PAD = self.K, self.K + 1, self.K + 2
        self.first = self.K + 3
        self.size = -(-(self.first + self.symbols) // 32) * 32

    def prompt(self, symbols):
        """Own symbol ids (without ^ and $) -> tokens up to and with BEGIN."""
        return [self.first + int(s) for s in symbols] + [self.BEGIN]

    def row(self, symbols, units):
        """Symbols and units -> one training row, an int16 array."""
        s, u = np.asarray(symbols, np.int64), np.asarray(units, np.int64)
        return np.concatenate([s + self.first, [self.BEGIN], u, [self.END]]).astype(np.int16)


class Norm(nn.Module):
    """RMSNorm."""

    def __init__(self, d):
        super().__init__()
        self.w = nn.Parameter(torch.ones(d))

    def forward(self, x):
        return F.rms_norm(x, (x.shape[-1],), self.w.to(x.dtype), 1e-5)


def rope_table(pos, width, dtype):
    """Positions [T] or [B, T] -> (cos, signed sin), each [B or 1, 1, T, width]."""
    freq = 1.0 / (10000 ** (torch.arange(0, width, 2, device=pos.device).float() / width))
    a = pos.float()[..., None] * freq
    if a.dim() == 2:
        a = a[None]
    a = a[:, None]
    c, s = a.cos(), a.sin()
    return torch.cat([c, c], -1).to(dtype), torch.cat([-s, s], -1).to(dtype)


def rope(x, table):
    """Half-split rotation of x [B, heads, T, width]."""
    a, b = x.chunk(2, -1)
    return x * table[0] + torch.cat([b, a], -1) * table[1]


class Layer(nn.Module):
    """Grouped-query attention and SwiGLU, both after a norm."""

    def __init__(self, d, h, kv, ff, drop=0.0):
        super().__init__()
        self.h, self.kv, self.hd, self.drop = h, kv, d // h, drop
        self.n1, self.n2 = Norm(d), Norm(d)
        self.q = nn.Linear(d, d, bias=False)
        self.k = nn.Linear(d, kv * self.hd, bias=False)
        self.v = nn.Linear(d, kv * self.hd, bias=False)
        self.o = nn.Linear(d, d, bias=False)
        self.g = nn.Linear(d, ff, bias=False)
        self.u = nn.Linear(d, ff, bias=False)
        self.dn = nn.Linear(ff, d, bias=False)

    def heads(self, x, n):
        return x.view(x.shape[0], x.shape[1], n, self.hd).transpose(1, 2)

    def cached(self, q, k, v, pos, cache, mask):
        """Attention over a cache [B, kv, N, hd] that is written at pos [B, T]; mask [B, 1, T, N]."""
        ck, cv = cache
        B, T, N, r = q.shape[0], q.shape[2], ck.shape[2], self.h // self.kv
        rows = torch.arange(B, device=q.device)[:, None]
        ck[rows, :, pos] = k.transpose(1, 2)
        cv[rows, :, pos] = v.transpose(1, 2)
        # the r query heads of a group become rows, so that keys and values are not copied
        q = q.reshape(B, self.kv, r * T, self.hd)
        a = (q @ ck.transpose(-1, -2)).float() / math.sqrt(self.hd)
        a = a.view(B, self.kv, r, T, N).masked_fill(~mask[:, None], NEVER)
        a = a.softmax(-1).to(q.dtype).view(B, self.kv, r * T, N) @ cv
        return a.view(B, self.h, T, self.hd)

    def forward(self, x, pos, table, cache=None, mask=None):
        B, T, _ = x.shape
        y = self.n1(x)
        q = rope(self.heads(self.q(y), self.h), table)
        k = rope(self.heads(self.k(y), self.kv), table)
        v = self.heads(self.v(y), self.kv).to(q.dtype)
        if cache is None:
            r = self.h // self.kv
            k, v = k.repeat_interleave(r, 1), v.repeat_interleave(r, 1)
            a = F.scaled_dot_product_attention(q, k, v, is_causal=True)
        else:
            a = self.cached(q, k, v, pos, cache, mask)
        a = self.o(a.transpose(1, 2).reshape(B, T, -1))
        x = x + F.dropout(a, self.drop, self.training and self.drop > 0)
        y = self.n2(x)
        m = self.dn(F.silu(self.g(y)) * self.u(y))
        return x + F.dropout(m, self.drop, self.training and self.drop > 0)


class LM(nn.Module):
    """Tokens [B, T] -> logits [B, T, V]."""

    def __init__(self, V, d=512, n=12, h=8, kv=2, ff=1408, drop=0.0):
        super().__init__()
        self.cfg = dict(V=V, d=d, n=n, h=h, kv=kv, ff=ff)
        self.drop = drop
        self.e = nn.Embedding(V, d)
        self.l = nn.ModuleList([Layer(d, h, kv, ff, drop) for _ in range(n)])
        self.nf = Norm(d)
        nn.init.normal_(self.e.weight, std=0.02)
        for name, p in self.named_parameters():
            if name.endswith((".o.weight", ".dn.weight")):
                nn.init.normal_(p, std=0.02 / math.sqrt(2 * n))
            elif p.dim() == 2:
                nn.init.normal_(p, std=0.02)

    def hidden(self, x, pos=None, cache=None, mask=None):
        if pos is None:
            pos = torch.arange(x.shape[1], device=x.device)
        y = self.e(x)
        if x.is_cuda and torch.is_autocast_enabled():
            y = y.bfloat16()
        y = F.dropout(y, self.drop, self.training and self.drop > 0)
        table = rope_table(pos, self.l[0].hd, y.dtype)
        for i, layer in enumerate(self.l):
            y = layer(y, pos, table, None if cache is None else cache[i], mask)
        return self.nf(y)

    def logits(self, h):
        return F.linear(h, self.e.weight.to(h.dtype))

    def forward(self, x):
        return self.logits(self.hidden(x))

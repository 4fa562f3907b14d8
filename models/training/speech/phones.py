"""Symbols, phone groups, the unit grid, and the phone encoder that durations and drafters share.

Own symbol ids: 0 padding, 1 ^, 2 $, then characters. A group is one phone with what belongs to
it: a stress mark joins the next symbol; length marks, other modifiers and a space join the
symbol before; $ joins a punctuation mark before it.
"""
import math

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F

PLAIN, STRESS, JOINS_PREVIOUS, PUNCTUATION = 0, 1, 2, 3
STRESS_MARKS = "ˈˌ"
MODIFIERS = "ːˑ˞ʲʰˤ\u0329\u0303\u032a\u032f\u0327"
PUNCTUATION_MARKS = ",.?!;:"
LONGEST = 15  # units a group may last
FRAMES = 3    # frames of 256 samples in a unit


def kinds_of(table):
    """Characters by own id -> kind by own id."""
    kinds = np.zeros(64, np.int64)
    for i, c in enumerate(table):
        if i >= 3:
            kinds[i] = (STRESS if c in STRESS_MARKS else PUNCTUATION if c in PUNCTUATION_MARKS else
                        JOINS_PREVIOUS if c in MODIFIERS or c == " " else PLAIN)
    return kinds


def groups_of(seq, kinds):
    """seq: own ids of ^ symbols $ (one sentence) -> group index of each."""
    k = kinds[seq]
    before = np.concatenate([[PLAIN], k[:-1]])
    new = (k != JOINS_PREVIOUS) & (before != STRESS)
    new[-1] = before[-1] != PUNCTUATION
    new[0] = False
    return np.cumsum(new)


def groups(symbol_ids, table):
    """Own ids without ^ and $ -> group index of each symbol of ^ ids $."""
    return groups_of(np.concatenate([[1], np.asarray(symbol_ids, np.int64), [2]]), kinds_of(table))


def padded(ids):
    """Ids without marks -> what the voice reads: ^ 0 s 0 s 0 ... $ (a pad belongs to the one before)."""
    out = np.zeros(2 * len(ids) + 3, np.int64)
    out[0], out[-1] = 1, 2
    out[2:-1:2] = ids
    return out


def padded_groups(group):
    """Group of each symbol of ^ ids $ -> group of each padded symbol."""
    return np.repeat(group, 2)[:2 * len(group) - 1]


def group_durations(w, group):
    """Float frames of the padded symbols -> frames a group, rounded up symbol by symbol as the voice does."""
    return np.bincount(padded_groups(group), weights=np.ceil(w), minlength=group[-1] + 1)


def round_units(frames):
    """Frames a group -> whole units a group, at least one."""
    return np.maximum(1, np.floor(frames / FRAMES + 0.5)).astype(np.int64)


def regrid(w, group, units=None):
    """Snaps a sentence to whole units a group.

    w: float frames of the padded symbols; group: of each symbol of ^ ids $; units: units a group
    (the teacher's own, rounded, if None). Within a group its symbols share the frames in
    proportion to w. Returns (padded symbol of each frame, FRAMES * sum(units) long; units a group).
    """
    return regrid_padded(w, padded_groups(group), units)


def regrid_padded(w, g, units=None):
    """The same with the groups of the padded symbols; several sentences may follow one another."""
    d = np.ceil(w.astype(np.float64))
    if units is None:
        units = round_units(np.bincount(g, weights=d, minlength=g[-1] + 1))
    units = np.asarray(units, np.int64)
    first = np.searchsorted(g, np.arange(g[-1] + 2))
    total = np.concatenate([[0.0], np.cumsum(d)])  # a group's frames lie from total[first]
    length = units * FRAMES
    of = np.repeat(np.arange(len(length)), length)
    place = np.arange(len(of)) - np.repeat(np.cumsum(length) - length, length)
    span = total[first[1:]] - total[first[:-1]]
    at = total[first[:-1]][of] + (place + 0.5) * span[of] / length[of]
    index = np.searchsorted(total[1:], at, side="right")
    return np.clip(index, first[:-1][of], first[1:][of] - 1), units


class PhoneEncoder(nn.Module):
    """Symbols [B, S] and their groups [B, S] (-1 at padding) -> phone states [B, P, d].

    Paddings of symbols and of phones are masked before every convolution, so that a sentence
    alone (P = groups + 1 or more) gives the same states as in a batch. State number `groups`
    is the state after the last phone; those behind it are zero.
    """

    def __init__(self, d=192, layers=4, heads=4, symbols=64):
        super().__init__()
        self.d, self.h = d, heads
        self.e, self.pe = nn.Embedding(symbols, d), nn.Embedding(256, d)
        self.c = nn.ModuleList([nn.Conv1d(d, d, 5, padding=2) for _ in range(layers)])
        self.n = nn.ModuleList([nn.LayerNorm(d) for _ in range(layers)])
        self.an, self.qkv, self.ao = nn.LayerNorm(d), nn.Linear(d, 3 * d), nn.Linear(d, d)
        self.k = nn.ModuleList([nn.Conv1d(d, d, 3, padding=1) for _ in range(2)])
        self.kn = nn.ModuleList([nn.LayerNorm(d) for _ in range(2)])

    def residual(self, x, norm, conv, mask):
        return (x + F.gelu(conv((norm(x) * mask).transpose(1, 2))).transpose(1, 2)) * mask

    def attention(self, x, symbols, mask):
        B, S, d = x.shape
        q, k, v = self.qkv(self.an(x)).view(B, S, 3, self.h, d // self.h).permute(2, 0, 3, 1, 4)
        a = q @ k.transpose(-1, -2) / math.sqrt(d // self.h)
        a = (a + ((symbols == 0).to(a.dtype) * -1e4)[:, None, None]).softmax(-1) @ v
        return (x + self.ao(a.transpose(1, 2).reshape(B, S, d))) * mask

    def forward(self, symbols, group, P):
        mask = (symbols > 0)[..., None].float()
        pos = torch.arange(symbols.shape[1], device=symbols.device).clamp(max=255)
        x = (self.e(symbols) + self.pe(pos)) * mask
        for conv, norm in zip(self.c, self.n):
            x = self.residual(x, norm, conv, mask)
        x = self.attention(x, symbols, mask)
        H = torch.zeros(x.shape[0], P, self.d, device=x.device, dtype=x.dtype)
        H = H.scatter_add(1, group.clamp(min=0)[..., None].expand(-1, -1, self.d), x * mask.to(x.dtype))
        last = group.amax(1, keepdim=True) + 1
        mask = (torch.arange(P, device=x.device)[None] <= last)[..., None].to(x.dtype)
        for conv, norm in zip(self.k, self.kn):
            H = self.residual(H, norm, conv, mask)
        return H


class Corpus:
    """All sentences of a corpus.npz (or units.npz) with their groups, flat on the device.

    marked: own ids of ^ symbols $; group: of each of them; start, size: a sentence's range in
    those; count: its groups. numpy twins end in _np.
    """

    def __init__(self, sym, n, table, device="cpu"):
        kinds = kinds_of(table)
        n = np.asarray(n, np.int64)
        size = n + 2
        start = np.cumsum(size) - size
        seq = np.zeros(int(size.sum()), np.int64)
        inner = np.ones(len(seq), bool)
        inner[start] = inner[start + size - 1] = False
        seq[inner], seq[start], seq[start + size - 1] = sym, 1, 2
        k = kinds[seq]
        before = np.concatenate([[PLAIN], k[:-1]])
        new = (k != JOINS_PREVIOUS) & (before != STRESS)
        new[start + size - 1] = before[start + size - 1] != PUNCTUATION
        new[start] = False
        total = np.cumsum(new)
        self.marked_np, self.start_np, self.size_np = seq, start, size
        self.group_np = total - np.repeat(total[start], size)
        self.count_np = self.group_np[start + size - 1] + 1
        self.device = device
        to = lambda a: torch.from_numpy(np.ascontiguousarray(a)).to(device)
        self.marked, self.group, self.start = to(seq), to(self.group_np), to(start)
        self.size, self.count = to(size), to(self.count_np)

    def __len__(self):
        return len(self.size_np)

    def sentence(self, i):
        """-> (^ symbols $, groups), numpy."""
        s = slice(self.start_np[i], self.start_np[i] + self.size_np[i])
        return self.marked_np[s], self.group_np[s]

    def batch(self, rows, S=None):
        """Row indices [B] (tensor) -> symbols [B, S] (0 padded), group [B, S] (-1), count [B]."""
        size = self.size[rows]
        S = S or int(size.max())
        ar = torch.arange(S, device=self.device)[None]
        inside = ar < size[:, None]
        at = torch.where(inside, self.start[rows][:, None] + ar, torch.zeros_like(ar))
        sym = torch.where(inside, self.marked[at], torch.zeros_like(at))
        group = torch.where(inside, self.group[at], torch.full_like(at, -1))
        return sym, group, self.count[rows]


class Alignment:
    """Units of all sentences with their phone, place and phone length, flat on the device."""

    def __init__(self, u, n, new, K, device="cpu"):
        """u: units; n: units a sentence; new: bool, the unit starts a phone group."""
        n = np.asarray(n, np.int64)
        start = np.cumsum(n) - n
        new = np.array(new, bool)
        new[start] = True
        run = np.cumsum(new) - 1
        ar = np.arange(len(u))
        place = ar - np.maximum.accumulate(np.where(new, ar, 0))
        to = lambda a: torch.from_numpy(np.ascontiguousarray(a, np.int64)).to(device)
        self.K, self.device, self.n_np = int(K), device, n
        self.u, self.place, self.length = to(u), to(place), to(np.bincount(run)[run])
        self.phone = to(run - np.repeat(run[start], n))
        self.start, self.n = to(start), to(n)

    def batch(self, rows, T=None):
        """-> unit [B, T+1] (END after the last, then -1), phone, place, length [B, T+1] (0 padded).

        END's phone is the one after the last, its place 0.
        """
        n = self.n[rows]
        T = T or int(n.max())
        ar = torch.arange(T + 1, device=self.device)[None]
        inside, end = ar < n[:, None], ar == n[:, None]
        at = torch.where(inside, self.start[rows][:, None] + ar, torch.zeros_like(ar))
        zero = torch.zeros_like(at)
        unit = torch.where(inside, self.u[at], torch.where(end, zero + self.K, zero - 1))
        last = self.phone[self.start[rows] + n - 1] + 1
        phone = torch.where(inside, self.phone[at], torch.where(end, last[:, None], zero))
        place = torch.where(inside, self.place[at], zero)
        return unit, phone, place, torch.where(inside, self.length[at], zero)


def pack(corpus, alignment, rows, S=None, T=None, P=None):
    """Everything a drafter's step needs for the sentences `rows`, as in the order

    symbols [B, S], group [B, S], unit, phone, place, length [B, T+1], count [B], P
    """
    sym, group, count = corpus.batch(rows, S)
    unit, phone, place, length = alignment.batch(rows, T)
    return sym, group, unit, phone, place, length, count, P or int(count.max()) + 2


def fixed_batches(length, rows, width=16, device="cpu", select=None):
    """Sentences in buckets of similar length, always `rows` a batch: list of (indices, bucket length).

    length: numpy, what to bucket by (units or symbols); select: the sentences to use. The last
    batch of a bucket is filled up with sentences of the same bucket.
    """
    ids = np.arange(len(length)) if select is None else np.asarray(select)
    bucket = -(-np.asarray(length)[ids] // width) * width
    out = []
    for L in sorted(set(bucket.tolist())):
        b = np.random.permutation(ids[bucket == L])
        b = np.resize(b, -(-len(b) // rows) * rows)
        for i in range(0, len(b), rows):
            out.append((torch.from_numpy(b[i:i + rows].astype(np.int64)).to(device), int(L)))
    return out

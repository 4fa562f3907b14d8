"""Rows for the drafters: sentences with units, their alignment, durations and the target's states. Fixed shapes."""
import numpy as np
import torch
import torch.nn.functional as F

from habits import DEVICE, TOY, WORK, autocast, load_npz
from int8_weights import load_int8
from lm import LM, Vocabulary
from loops import pieces
from phones import Alignment, Corpus

TOKENS = 1024 if TOY else 32768


class Data:
    """units.npz and durations.npz: sentences, vocabulary, and the target."""

    def __init__(self):
        z = load_npz(WORK + '/units.npz')
        self.k = int(z['K'])
        self.vocabulary = Vocabulary(self.k)
        self.sym, self.sym_at = z['sym'], pieces(z['symn'])
        self.u, self.n, self.at = z['u'].astype(np.int64), z['n'].astype(np.int64), pieces(z['n'])
        self.new = np.unpackbits(z['new'])[:len(self.u)].astype(bool)
        self.corpus = Corpus(z['sym'], z['symn'], z['table'], DEVICE)
        self.train, self.held = (np.nonzero(z['split'] == s)[0] for s in (0, 1))
        d = load_npz(WORK + '/durations.npz')
        row = z.get('row', np.arange(len(self.n)))      # a sentence's place in durations.npz
        assert (d['kn'][row] == self.corpus.count_np).all()
        self.durations = torch.from_numpy(d['k'].astype(np.int64)).to(DEVICE)
        self.duration_at = torch.from_numpy(pieces(d['kn'])[row]).to(DEVICE)

    def prompt(self, i):
        return self.vocabulary.prompt(self.sym[self.sym_at[i]:self.sym_at[i + 1]])

    def duration(self, ids, P):
        """Sentence ids [B] -> units of every phone by the duration student [B, P], 0 behind the last."""
        ar = torch.arange(P, device=DEVICE)[None]
        inside = ar < self.corpus.count[ids][:, None]
        at = torch.where(inside, self.duration_at[ids][:, None] + ar, torch.zeros_like(ar))
        return torch.where(inside, self.durations[at], torch.zeros_like(at))

    def truth(self, ids, **options):
        """Rows of the sentences' own units."""
        keep = np.concatenate([np.arange(self.at[i], self.at[i + 1]) for i in ids])
        return Rows(self, ids, self.u[keep], self.n[ids], self.new[keep], **options)

    def load_target(self):
        model = LM(self.vocabulary.size)
        model.load_state_dict(load_int8(WORK + '/target_[0-9].npz'))
        return model.to(DEVICE).eval().requires_grad_(False)


class Batch:
    """One batch: sym, group [B, S]; count [B]; duration [B, P]; unit (-1 padded), phone, place, length [B, T];
    tokens [B, X] of the language models; at: a row's BEGIN."""

    def __init__(self, data, ids, alignment, rows, S, T, P):
        self.ids = ids
        self.sym, self.group, self.count = data.corpus.batch(ids, S)
        self.P, self.duration = P, data.duration(ids, P)
        self.unit, phone, self.place, self.length = alignment.batch(rows, T - 1)
        self.phone = torch.minimum(phone, self.count[:, None])
        self.mask = self.unit >= 0
        v, self.at = data.vocabulary, data.corpus.size[ids] - 2
        X = -(-(S + T) // 8) * 8
        place = torch.arange(X, device=DEVICE)[None] - self.at[:, None]
        sym = F.pad(self.sym, (0, X))[:, 1:X + 1] + v.first
        unit = torch.gather(F.pad(self.unit, (0, 1), value=-1), 1, (place - 1).clamp(0, T))
        unit = torch.where((place > 0) & (unit >= 0), unit, torch.full_like(unit, v.PAD))
        x = torch.where(place < 0, sym, unit)
        self.tokens = torch.where(place == 0, torch.full_like(x, v.BEGIN), x)

    def states(self, model):
        """A language model's last hidden states before every unit [B, T, d]."""
        h = model.hidden(self.tokens)
        at = self.at[:, None] + torch.arange(self.unit.shape[1], device=DEVICE)[None]
        return torch.gather(h, 1, at[..., None].expand(-1, -1, h.shape[-1]))

    def mean(self, x):
        """Mean of [B, T] over the positions that count."""
        return (x * self.mask).sum() / self.mask.sum()


def logits(model, h, k):
    """Over units and END only."""
    return F.linear(h, model.e.weight[:k + 1].to(h.dtype))


@torch.no_grad()
def target_log_probs(model, batch, k):
    with autocast():
        h = batch.states(model)
        z = logits(model, h, k)
    return F.log_softmax(z.float(), -1)


class Rows:
    """Unit sequences of sentences, in buckets of similar length with a fixed shape each."""

    def __init__(self, data, ids, u, n, new, tokens=None, width=32):
        self.data, self.tokens = data, tokens or TOKENS
        self.ids_np, self.n_np, self.u_np = np.asarray(ids), np.asarray(n), np.asarray(u)
        self.ids = torch.from_numpy(self.ids_np.astype(np.int64)).to(DEVICE)
        self.alignment = Alignment(u, n, new, data.k, DEVICE)
        size, count = data.corpus.size_np[ids], data.corpus.count_np[ids]
        bucket = -(-(self.n_np + 1) // width) * width
        up = lambda x: int(-(-x.max() // 16) * 16)
        self.buckets = []
        for T in sorted(set(bucket.tolist())):
            rows = np.nonzero(bucket == T)[0]
            self.buckets.append((rows, up(size[rows]), T, up(count[rows] + 2)))
        self.random, self.queue = np.random.RandomState(7), []

    def realign(self, new):
        self.alignment = Alignment(self.u_np, self.n_np, new, self.data.k, DEVICE)

    def make(self, rows, S, T, P):
        r = torch.from_numpy(rows.astype(np.int64)).to(DEVICE)
        return Batch(self.data, self.ids[r], self.alignment, r, S, T, P)

    def plan(self):
        """One epoch, shuffled; a short batch is filled up with rows of its bucket."""
        self.queue = []
        for rows, *shape in self.buckets:
            n = max(1, min(len(rows), self.tokens // shape[1]))
            rows = self.random.permutation(rows)
            rows = np.resize(rows, -(-len(rows) // n) * n)
            self.queue += [(rows[i:i + n], *shape) for i in range(0, len(rows), n)]
        order = self.random.permutation(len(self.queue))
        self.queue = [self.queue[i] for i in order]

    def next(self):
        if not self.queue:
            self.plan()
        return self.make(*self.queue.pop())

    def every(self):
        """All rows once, in batches (rows, Batch)."""
        for rows, *shape in self.buckets:
            n = max(1, self.tokens // shape[1])
            for i in range(0, len(rows), n):
                yield rows[i:i + n], self.make(rows[i:i + n], *shape)

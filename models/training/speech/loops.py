"""What the training loops of this folder share: steps, batches."""
import time

import numpy as np
import torch

from habits import FUSED, TOY, say
from optim import cosine, param_groups


def set_rate(optimizer, lr):
    for group in optimizer.param_groups:
        group['lr'] = lr


def adam(model, lr, decay=.02, betas=(.9, .98)):
    return torch.optim.AdamW(param_groups(model, decay), lr=lr, betas=betas, **FUSED)


def descend(loss, optimizer, params, clip=1.):
    """Backward, clip, step; a broken gradient (its norm not finite) skips the step, at the price of one wait."""
    optimizer.zero_grad(set_to_none=True)
    loss.backward()
    norm = torch.nn.utils.clip_grad_norm_(params, clip)
    if torch.isfinite(norm).item():
        optimizer.step()


def spend(seconds, step, optimizer, lr, params, name, floor=.03, mean=None):
    """Runs step() -> loss until the time is over. The clock is read after the device has caught up, every 10 steps."""
    start, n, part, losses = time.time(), 0, 0., []
    params = list(params)
    while part < 1:
        set_rate(optimizer, lr * cosine(part, n, floor=floor))
        loss = step(part)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(params, 1.)
        optimizer.step()
        if mean:
            mean.update()
        losses.append(loss.detach())
        n += 1
        if n % 10 == 0 or TOY:
            losses[-1].item()
            part = (time.time() - start) / max(seconds, 1e-9)
        if len(losses) == (5 if TOY else 400):
            say(name, 'step', n, 'loss', round(float(torch.stack(losses).mean()), 4))
            losses = []
    say(name, 'done: steps', n)
    return dict(steps=n, seconds=round(time.time() - start, 1))


def pieces(lengths):
    """Offsets of concatenated pieces: [0, n0, n0 + n1, ...]."""
    return np.r_[0, np.cumsum(np.asarray(lengths, np.int64))]


class Pool:
    """Rows in length buckets of 32 on the device; a batch of a bucket always has the same shape.

    tokens: about this many a batch. fixed: a short last batch of a bucket is filled up with
    other rows of it (for training); otherwise it stays short (for evaluation, every row once).
    """

    def __init__(self, rows, pad, device, tokens=32768, fixed=True, width=32, seed=2):
        self.device, self.fixed, self.limit = device, fixed, tokens
        self.tokens = int(sum(len(r) for r in rows))
        self.random = np.random.RandomState(seed)
        n = np.array([len(r) for r in rows])
        bucket = -(-n // width) * width
        self.buckets, self.index, self.perm, self.queue = {}, {}, {}, []
        for L in sorted(set(bucket.tolist())):
            ids = np.nonzero(bucket == L)[0]
            table = np.full((len(ids), L), pad, np.int16)
            for r, i in enumerate(ids):
                table[r, :n[i]] = rows[i]
            self.buckets[L] = torch.from_numpy(table).to(device)
            self.index[L] = torch.from_numpy(ids).to(device)

    def plan(self):
        """Fills the queue with one epoch of (bucket, first, rows), shuffled."""
        queue = []
        for L, table in self.buckets.items():
            rows = max(1, self.limit // L)
            self.perm[L] = torch.randperm(len(table), device=self.device)
            queue += [(L, i, rows) for i in range(0, len(table), rows)]
        self.random.shuffle(queue)
        self.queue = [tuple(int(v) for v in q) for q in queue]

    def batch(self, L, first, rows):
        """-> (tokens [rows, L] int64, indices of the rows)."""
        n = len(self.buckets[L])
        if self.fixed:
            j = torch.arange(first, first + rows, device=self.device) % n
        else:
            j = torch.arange(first, min(n, first + rows), device=self.device)
        j = self.perm[L][j]
        return self.buckets[L][j].long(), self.index[L][j]

    def next(self):
        if not self.queue:
            self.plan()
        return self.batch(*self.queue.pop())[0]

    def epoch(self):
        """Every batch of one epoch: (tokens, indices of the rows)."""
        self.plan()
        queue, self.queue = self.queue, []
        for q in queue:
            yield self.batch(*q)

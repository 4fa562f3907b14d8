"""What training loops share: parameter groups, schedule, moving average, loss of drafts, batches."""
import math

import numpy as np
import torch


def param_groups(module, decay):
    """Weight decay for matrices (and kernels) only."""
    ps = [p for p in module.parameters() if p.requires_grad]
    return [dict(params=[p for p in ps if p.dim() > 1], weight_decay=decay),
            dict(params=[p for p in ps if p.dim() < 2], weight_decay=0.0)]


def cosine(progress, step, warm=200, floor=0.03):
    """Learning-rate factor: linear warm-up over steps, cosine over the share of the time."""
    c = 0.5 * (1 + math.cos(math.pi * min(1.0, progress)))
    return min(1.0, (step + 1) / warm) * (c * (1 - floor) + floor)


class Ema:
    """Moving average of a module's parameters; swap() exchanges it with the live ones."""

    def __init__(self, module, decay=0.999):
        self.live = list(module.parameters())
        self.mean = [p.detach().clone() for p in self.live]
        self.decay, self.n = decay, 0

    @torch.no_grad()
    def update(self):
        self.n += 1
        w = 1 - min(self.decay, (1 + self.n) / (10 + self.n))
        torch._foreach_lerp_(self.mean, [p.detach() for p in self.live], w)

    @torch.no_grad()
    def swap(self):
        for m, p in zip(self.mean, self.live):
            kept = p.detach().clone()
            p.copy_(m)
            m.copy_(kept)


class KLTV(torch.autograd.Function):
    """mean over rows of KL(p || q) + w TV(p, q), q = softmax(z); the gradient is analytic.

    apply(z [R, V], log p [R, V], p [R, V], w) -> (loss, TV)
    """

    @staticmethod
    def forward(ctx, z, log_p, p, w):
        log_q = torch.log_softmax(z.float(), -1)
        q = log_q.exp()
        kl = (p * (log_p - log_q)).sum(-1).mean()
        d = q - p
        tv = 0.5 * d.abs().sum(-1).mean()
        s = d.sign()
        grad = (d + 0.5 * w * q * (s - (s * q).sum(-1, keepdim=True))) / z.shape[0]
        ctx.save_for_backward(grad.to(z.dtype))
        ctx.mark_non_differentiable(tv)
        return kl + w * tv, tv

    @staticmethod
    def backward(ctx, loss_grad, _):
        return ctx.saved_tensors[0] * loss_grad, None, None, None


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

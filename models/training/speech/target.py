"""Trains the target on units.npz.

    python3 target.py SECONDS [DROPOUT]

Writes $WORK/target_0..2.npz (int8 rows) and $WORK/target.json (sizes, curve, held-out nats).
Shapes are fixed by buckets, the schedule follows the clock. Of the last weights and their moving
average the better on the held-out sentences is kept.
"""
import json
import os
import sys
import time

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F

import shared  # noqa: F401
from habits import DEVICE, FUSED, TOY, WORK, autocast, count, settle
from int8_weights import save_int8
from lm import LM, Vocabulary
from loops import Pool, set_rate
from optim import Ema, cosine, param_groups

SIZE = dict(d=64, n=2, h=4, kv=2, ff=128) if TOY else dict(d=512, n=12, h=8, kv=2, ff=1408)
TOKENS = 2048 if TOY else 32768
RATE, DECAY, DROPOUT, NOISE, LONGEST, REPORTS = 1e-3, 0.1, 0.25, 0.08, 448, 10


def load_rows(path, split):
    """Token rows of one split of a units.npz -> list of int16 arrays, vocabulary."""
    with np.load(path) as z:
        z = {k: z[k] for k in ("u", "n", "sym", "symn", "split", "K")}
    v = Vocabulary(int(z["K"]))
    at, sat = np.cumsum(z["n"]) - z["n"], np.cumsum(z["symn"]) - z["symn"]
    rows = [v.row(z["sym"][sat[i]:sat[i] + z["symn"][i]], z["u"][at[i]:at[i] + z["n"][i]])
            for i in np.nonzero(z["split"] == split)[0]]
    return [r for r in rows if len(r) <= LONGEST], v


@torch.no_grad()
def evaluate(model, pool, K):
    """-> nats a unit (END included), top-1."""
    was = model.training
    model.eval()
    nats = count = right = 0.0
    for x, _ in pool.epoch():
        with autocast():
            logits = model(x[:, :-1])
        y = x[:, 1:].reshape(-1)
        at = (y <= K).nonzero()[:, 0]
        picked, y = logits.flatten(0, 1).index_select(0, at).float(), y[at]
        nats += F.cross_entropy(picked, y, reduction="sum").item()
        right += (picked.argmax(-1) == y).sum().item()
        count += len(at)
    model.train(was)
    return nats / max(1, count), right / max(1, count)


def noisy(x, K, share):
    """Inputs with up to `share` of a row's units replaced by random ones."""
    rate = torch.rand(len(x), 1, device=x.device) * share
    hit = (x < K) & (torch.rand(x.shape, device=x.device) < rate)
    return torch.where(hit, torch.randint(0, K, x.shape, device=x.device), x).contiguous()


def step_loss(model, x, v, share):
    y = x[:, 1:]
    label = torch.where(y <= v.K, y, torch.full_like(y, -100)).reshape(-1)
    with autocast():
        logits = model(noisy(x[:, :-1], v.K, share))
    return F.cross_entropy(logits.float().flatten(0, 1), label, ignore_index=-100)


class Trainer:
    def __init__(self, seconds, dropout=DROPOUT):
        self.seconds = seconds
        settle(2, fixed_shapes=False)
        path = os.path.join(WORK, "units.npz")
        train, self.v = load_rows(path, 0)
        held, _ = load_rows(path, 1)
        self.pool = Pool(train, self.v.PAD, DEVICE, TOKENS)
        self.held = Pool(held, self.v.PAD, DEVICE, TOKENS // 2, fixed=False)
        print(f"target: {len(train)} sentences, {self.pool.tokens} tokens, buckets {list(self.pool.buckets)}", flush=True)
        self.model = LM(self.v.size, drop=dropout, **SIZE).to(DEVICE)
        self.optimiser = torch.optim.AdamW(param_groups(self.model, DECAY), lr=RATE, betas=(0.9, 0.95), **FUSED)
        self.ema = Ema(self.model)
        self.best = (float("inf"), None)
        self.log = dict(size=self.model.cfg, dropout=dropout, K=self.v.K, sentences=len(train), tokens=self.pool.tokens,
                        parameters=count(self.model), curve=[])

    def report(self, step, tokens, elapsed, losses):
        nats, top = evaluate(self.model, self.held, self.v.K)
        line = dict(seconds=round(elapsed, 1), step=step, epochs=round(tokens / self.pool.tokens, 2),
                    train=round(torch.stack(losses).mean().item(), 4), held=round(nats, 4), top1=round(top, 4),
                    tokens_per_second=int(tokens / elapsed))
        self.log["curve"].append(line)
        if nats < self.best[0]:
            self.best = (nats, {k: t.detach().clone() for k, t in self.model.state_dict().items()})
        print("target", line, flush=True)

    def run(self):
        model, start = self.model, time.time()
        step = tokens = reports = 0
        losses = []
        while (now := time.time() - start) < self.seconds:
            progress = now / self.seconds
            set_rate(self.optimiser, RATE * cosine(progress, step))
            x = self.pool.next()
            loss = step_loss(model, x, self.v, NOISE * min(1.0, (1 - progress) / 0.4))
            self.optimiser.zero_grad(set_to_none=True)
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            self.optimiser.step()
            self.ema.update()
            losses.append(loss.detach())
            step, tokens = step + 1, tokens + x.numel()
            if now > (reports + 1) * self.seconds / REPORTS:
                reports += 1
                self.report(step, tokens, time.time() - start, losses)
                losses = []
        self.log.update(steps=step, seconds=round(time.time() - start, 1), epochs=tokens / self.pool.tokens)

    def finish(self):
        """Saves the best on the held-out sentences: the last weights, their moving average, or those of a report."""
        self.best = min(self.best, (evaluate(self.model, self.held, self.v.K)[0],
                                    {k: t.detach().clone() for k, t in self.model.state_dict().items()}),
                        key=lambda pair: pair[0])
        self.ema.swap()
        mean = evaluate(self.model, self.held, self.v.K)
        if self.best[0] < mean[0]:
            self.model.load_state_dict(self.best[1])
        self.log.update(held_best=self.best[0], held_mean=mean, held=evaluate(self.model, self.held, self.v.K))
        save_int8(os.path.join(WORK, "target"), self.model.state_dict(), 3)
        with open(os.path.join(WORK, "target.json"), "w") as f:
            json.dump(self.log, f)
        print("target", {k: v for k, v in self.log.items() if k != "curve"}, flush=True)


if __name__ == "__main__":
    trainer = Trainer(*map(float, sys.argv[1:3]))
    trainer.run()
    trainer.finish()

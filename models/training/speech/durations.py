"""The duration student: units a phone group, from the phonemes alone.

    python3 durations.py SECONDS [SHARE]

Waits until SHARE (default .5) of front.py's pieces are there, trains on those, then predicts all
of corpus.npz. $WORK/durations.npz: k (uint8, units a group, all sentences), kn (groups a sentence).
$WORK/duration_student.npz: weights, fp16; the scale that keeps the total length is in the scalar head.
"""
import os
import sys
import time

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F

import shared  # noqa: F401
import pieces
from habits import DEVICE, TOY, WORK, autocast, set_tf32
from loops import adam, set_rate
from optim import Ema, cosine
from phones import FRAMES, LONGEST, Corpus, PhoneEncoder, fixed_batches

MOST_EPOCHS = 8  # more would learn the training sentences by heart, and durations are to be simple


class DurationStudent(nn.Module):
    """Phone states -> 16 classes of the rounded length, and the length as a number (units)."""

    def __init__(self, d=192):
        super().__init__()
        self.en = PhoneEncoder(d)
        self.cls = nn.Linear(d, LONGEST + 1)
        self.scalar = nn.Linear(d, 1)
        nn.init.constant_(self.scalar.bias, 2.0)

    def forward(self, symbols, group, P):
        H = self.en(symbols, group, P)
        return self.cls(H), self.scalar(H)[..., 0]


def whole(x):
    """Lengths as numbers -> units, 1..15 (floor(x + .5), as in JavaScript)."""
    return torch.floor(x + 0.5).clamp(1, LONGEST)


def teacher(corpus, paths):
    """Units as numbers of every group of the corpus (0 where there is no piece), rows that have one."""
    start = np.cumsum(corpus.count_np) - corpus.count_np
    y, have = np.zeros(int(corpus.count_np.sum()), np.float32), []
    for path in paths:
        rows, g, w, _ = pieces.read(path, corpus, means=False)
        frames = np.bincount(g, weights=np.ceil(w.astype(np.float64)))
        at = np.concatenate([np.arange(start[r], start[r] + corpus.count_np[r]) for r in rows])
        y[at] = frames / FRAMES
        have.append(rows)
    return y, np.concatenate(have)


class Groups:
    """Batches with a fixed shape: symbols and phones both padded to the bucket."""

    def __init__(self, corpus, y, device):
        self.corpus, self.y = corpus, torch.from_numpy(y).to(device)
        self.start = torch.cumsum(corpus.count, 0) - corpus.count

    def batch(self, rows, bucket):
        """-> symbols, group, P, place of each group in y [B, P], mask [B, P]."""
        P = bucket + 2
        sym, group, count = self.corpus.batch(rows, P)
        ar = torch.arange(P, device=sym.device)[None]
        mask = ar < count[:, None]
        return sym, group, P, torch.where(mask, self.start[rows][:, None] + ar, 0), mask


def train(model, data, batches, seconds):
    optimiser = adam(model, 2e-3)
    ema, start, step, shown = Ema(model, decay=.998), time.time(), 0, 0
    order = []
    while (progress := max((time.time() - start) / seconds, step / len(batches) / MOST_EPOCHS)) < 1:
        if not order:
            order = list(np.random.permutation(len(batches)))
        set_rate(optimiser, 2e-3 * cosine(progress, step))
        sym, group, P, at, mask = data.batch(*batches[order.pop()])
        y, m = data.y[at], mask.float()
        with autocast():
            classes, scalar = model(sym, group, P)
        target = whole(y).long()
        ce = F.cross_entropy(classes.float().flatten(0, 1), target.flatten(), reduction="none")
        l1 = F.smooth_l1_loss(scalar.float(), y, reduction="none", beta=0.25)
        total = m.sum()
        ce, l1 = (ce.view_as(m) * m).sum() / total, (l1 * m).sum() / total
        optimiser.zero_grad(set_to_none=True)
        (ce + l1).backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimiser.step()
        ema.update()
        step += 1
        if progress > shown / 5:
            shown += 1
            print(f"durations {time.time() - start:.0f} s step {step} ce {ce.item():.4f} l1 {l1.item():.4f}", flush=True)
    ema.swap()
    print("durations: steps", step, "epochs", round(step / len(batches), 1), flush=True)


@torch.no_grad()
def predict(model, corpus, data, device):
    """-> scalar of every group of the corpus (float32, flat)."""
    model.eval()
    out = torch.zeros(int(corpus.count.sum()), device=device)
    for rows, bucket in fixed_batches(corpus.size_np - 2, 8 if TOY else 512, device=device):
        sym, group, P, at, mask = data.batch(rows, bucket)
        out[at[mask]] = model(sym, group, P)[1].float()[mask]
    return out


def report(name, x, y):
    """x, y: scalar and teacher's units of the same groups."""
    k, t = whole(x), whole(y)
    r = torch.corrcoef(torch.stack([x, y]))[0, 1].item()
    print(f"durations on {name}: correlation {r:.4f}, absolute error {(x - y).abs().mean().item():.4f}"
          f" (of the rounded {(k - y).abs().mean().item():.4f}, teacher's own rounding"
          f" {(t - y).abs().mean().item():.4f}), equal to the teacher's rounding"
          f" {(k == t).float().mean().item():.4f}, length ratio {(k.sum() / y.sum()).item():.4f}"
          f" (teacher's rounding {(t.sum() / y.sum()).item():.4f})", flush=True)


def scale_for(x, y):
    """The factor for which the rounded lengths add up to the teacher's total, by bisection."""
    low, high = 0.8, 1.25
    for _ in range(25):
        middle = (low + high) / 2
        low, high = (middle, high) if whole(x * middle).sum() < y.sum() else (low, middle)
    return (low + high) / 2


def main(seconds, part):
    torch.manual_seed(4)
    np.random.seed(4)
    torch.backends.cuda.matmul.allow_tf32 = True
    with np.load(os.path.join(WORK, "corpus.npz")) as z:
        split = z["split"]
        corpus = Corpus(z["sym"], z["n"], z["table"], DEVICE)
    while pieces.share() < part and not pieces.finished():
        time.sleep(0.2)
    y, have = teacher(corpus, pieces.paths())
    train_rows, held_rows = have[split[have] == 0], have[split[have] == 1]
    data = Groups(corpus, y, DEVICE)
    model = DurationStudent(32 if TOY else 192).to(DEVICE)
    batches = fixed_batches(corpus.size_np - 2, 16 if TOY else 256, device=DEVICE, select=train_rows)
    print(f"durations: {len(train_rows)} training sentences, {len(batches)} batches", flush=True)
    train(model, data, batches, seconds)
    set_tf32(False)

    of = torch.repeat_interleave(torch.arange(len(corpus), device=DEVICE), corpus.count)
    inside = lambda rows: torch.isin(of, torch.from_numpy(rows).to(DEVICE))
    x, t = predict(model, corpus, data, DEVICE), inside(train_rows)
    scale = scale_for(x[t], data.y[t])
    with torch.no_grad():
        model.scalar.weight.mul_(scale)
        model.scalar.bias.mul_(scale)
    model.half().float()  # what is stored decides
    x = predict(model, corpus, data, DEVICE)
    print(f"durations: scale {scale:.4f}")
    report("train", x[t], data.y[t])
    if len(held_rows):
        h = inside(held_rows)
        report("held", x[h], data.y[h])
    np.savez(os.path.join(WORK, "duration_student.npz"),
             **{k: v.cpu().numpy().astype(np.float16) for k, v in model.state_dict().items()})
    path = os.path.join(WORK, "durations.npz")
    np.savez_compressed(path + ".part.npz", k=whole(x).cpu().numpy().astype(np.uint8),
                        kn=corpus.count_np.astype(np.int32))
    os.rename(path + ".part.npz", path)


if __name__ == "__main__":
    main(float(sys.argv[1]), float(sys.argv[2]) if len(sys.argv) > 2 else 0.5)

"""Teaches the target itself to say the same with activations on fixed scales (quantisation-aware training by distillation from its own
float32 weights): passes of several rows get cheaper than with blocks, whose activations are rounded by row.

    WORK=... OUT=... python3 rounded.py --gguf FILE [--seconds 300]

Reads $WORK/answers.npz and $WORK/bench.npz, writes $OUT/rounded.LAYER.npz for every fourth layer: int8 rows and their scales, ranges of
the inputs, norms. What goes into `down` (outliers) and the head stays in blocks, see ../common/matrices.py.
"""
import argparse
import math
import os

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F

import shared  # noqa: F401
from gguf_file import Gguf, find_gguf
from habits import DEVICE, FUSED, GPU, OUT, TOY, WORK, Budget, autocast, load_npz, say, settle
from matrices import quantise_blocks, smooth
from parts import Parts
from smollm import Smollm

ALPHA = .65             # of SmoothQuant
FIXED = ("qkv", "o", "gu")
BATCH, ANCHORS, CALIBRATED = (2, 16, 2) if TOY else (24, 256, 12)
RATE, WARM = 3e-5, 50
FILES = 4               # layers a file


def kind(name):
    return name.rsplit(".", 1)[1]


def stepped(x):
    """Rounds; gradients pass."""
    return x + (x.round() - x).detach()


class Rounded(Smollm, nn.Module):
    """The target with weights that learn, its inputs rounded on scales that learn (LSQ, Esser et al. 2020)."""

    def __init__(self, parts, largest, device):
        nn.Module.__init__(self)
        Smollm.__init__(self, None, device, torch.float32, parts)
        flat = lambda name: name.replace(".", "_")
        self.learned = nn.ParameterDict({flat(name): nn.Parameter(w) for name, w in {**self.matrices, **self.norms}.items()})
        self.matrices = {name: self.learned[flat(name)] for name in self.matrices}
        self.norms = {name: self.learned[flat(name)] for name in self.norms}
        self.scales = nn.ParameterDict({flat(name): nn.Parameter(torch.tensor(value / 127, device=device, dtype=torch.float32))
                                        for name, value in largest.items() if kind("." + name) in FIXED})
        self.scale_of = lambda name: self.scales[flat(name)]

    def linear(self, x, name):
        w = self.matrices[name]
        if kind(name) not in FIXED:
            return F.linear(x, w)
        # As GradScale of LSQ: a scale gets the gradients of all that it rounds.
        scale, few = self.scale_of(name), (x.numel() * 127) ** -.5
        scale = (scale * few + (scale * (1 - few)).detach()).abs()
        row = w.detach().abs().amax(1, keepdim=True) / 127
        whole = stepped((x.float() / scale).clamp(-128, 127))
        # Whole numbers up to 128 are exact in bfloat16.
        return F.linear(whole, stepped((w / row).clamp(-127, 127))).float() * (scale * row[:, 0])


class Watched(Smollm):
    """Notes the largest |input| of every matrix, by channel."""

    def linear(self, x, name):
        most = x.detach().abs().flatten(0, -2).amax(0)
        self.seen[name] = torch.maximum(self.seen[name], most) if name in self.seen else most
        return super().linear(x, name)


def ranges(gguf, batches):
    watched = Watched(gguf, DEVICE, torch.float32)
    watched.seen = {}
    for ids in batches:
        last, = watched.read(ids)
        most = watched.norm(last, "nf").abs().flatten(0, -2).amax(0)
        watched.seen["head"] = torch.maximum(watched.seen.get("head", most), most)
    return {name: most.cpu().numpy() for name, most in watched.seen.items()}


def logits(model, ids, at):
    """Behind places at [B, n] -> [B, n, V], the head in float32."""
    last, = model.read(ids)
    rows = last.gather(1, at[..., None].expand(-1, -1, last.shape[-1])).float()
    with torch.autocast(DEVICE, enabled=False):
        return model.head(rows)


@torch.no_grad()
def measure(teacher, student, bench):
    """-> mean KL, share of places with the same likeliest token, on the bench's answers at temperature 0."""
    kl = same = rows = 0
    chosen = np.flatnonzero(bench["temperature"] == 0)[::2 if not TOY else 1]
    for i in chosen:
        places = np.flatnonzero(bench["said"][i])
        ids = torch.from_numpy(bench["tokens"][i:i + 1, :places[-1] + 1].astype(np.int64)).to(DEVICE)
        at = torch.from_numpy(places[None] - 1).to(DEVICE)
        p = torch.log_softmax(logits(teacher, ids, at), -1)
        with autocast():
            q = torch.log_softmax(logits(student, ids, at), -1)
        kl += float((p.exp() * (p - q)).sum())
        same += int((p.argmax(-1) == q.argmax(-1)).sum())
        rows += at.numel()
    return f"KL {kl / rows:.5f}, same likeliest token {same / rows:.4f} of {rows}"


def save(student):
    for first in range(0, student.layers, FILES):
        arrays = {}
        for name, w in {**student.matrices, **student.norms}.items():
            layer = int(name.split(".")[1]) if name.startswith("l.") else 0
            if not first <= layer < first + FILES:
                continue
            w = w.detach().float()
            if name in student.norms:
                arrays[name] = w.cpu().numpy()
                continue
            if kind(name) in FIXED:
                row = w.abs().amax(1) / 127
                arrays[name] = (w / row[:, None]).round().clamp(-127, 127).to(torch.int8).cpu().numpy()
                arrays[f"{name}.rows"] = row.cpu().numpy()
                arrays[f"{name}.range"] = np.float32(127 * float(student.scale_of(name).abs()))
            else:
                arrays[name], arrays[f"{name}.blocks"] = quantise_blocks(w.cpu().numpy())
        np.savez_compressed(os.path.join(OUT, f"rounded.{first}.npz"), **arrays)


def main():
    args = argparse.ArgumentParser()
    args.add_argument("--gguf")
    args.add_argument("--seconds", type=float, default=300)
    a = args.parse_args()
    settle(0)
    gguf = Gguf(find_gguf(a.gguf))
    answers, bench = load_npz(os.path.join(WORK, "answers.npz")), load_npz(os.path.join(WORK, "bench.npz"))
    all_ids, order = torch.from_numpy(answers["tokens"].astype(np.int32)), torch.randperm(len(answers["tokens"]))
    batch = lambda i: all_ids[order[torch.arange(i * BATCH, (i + 1) * BATCH) % len(order)]].to(DEVICE).long()
    with torch.no_grad():
        parts, largest = smooth(Parts(gguf), ranges(gguf, [batch(-1 - i) for i in range(CALIBRATED)]), ALPHA)
    teacher, student = Smollm(gguf, DEVICE, torch.float32), Rounded(parts, largest, DEVICE)
    say("before", measure(teacher, student, bench))
    # down and the head are rounded by blocks, which costs little: only what is on fixed scales has to learn, and norms.
    scales = list(student.scales.parameters())
    adam = torch.optim.AdamW([dict(params=list(student.learned.parameters()), first=RATE),
                              dict(params=scales, first=10 * RATE)], betas=(.9, .95), weight_decay=0, **FUSED)
    budget = Budget(a.seconds)
    for step, part in enumerate(budget):
        for group in adam.param_groups:
            group["lr"] = group["first"] * min(1, (step + 1) / WARM) * max(.01, .5 + .5 * math.cos(math.pi * part))
        ids = batch(step)
        at = torch.randint(ids.shape[1], (BATCH, ANCHORS), device=DEVICE)
        with torch.no_grad():
            p = torch.log_softmax(logits(teacher, ids, at), -1)
        with autocast():
            q = torch.log_softmax(logits(student, ids, at), -1)
        loss = (p.exp() * (p - q)).sum(-1).mean()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(student.parameters(), 1.)
        adam.step()
        adam.zero_grad(set_to_none=True)
        if step % 100 == 0:
            say(step, f"{part:.2f}", round(float(loss.detach()), 5))
        if step % 400 == 399:
            say(measure(teacher, student, bench))
    say("steps", budget.steps)
    save(student)
    say("after", measure(teacher, student, bench))


if __name__ == "__main__":
    main()

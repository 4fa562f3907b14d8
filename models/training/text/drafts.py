"""Teaches the networks of drafting_nets.py what the target would say (distillation by forward KL on the target's own answers),
all of them on the same batches: the target is run once for all.

    WORK=... OUT=... python3 drafts.py --gguf FILE --seconds 300 [--nets eagle medusa student]

Reads $WORK/answers.npz and $WORK/bench.npz (answers.py), writes $OUT/NAME.npz, and says how many guesses stand, by temperature: at 0
those that are the target's own token, otherwise the share of the target's distribution that is drafted as well.
"""
import argparse
import math
import os

import numpy as np
import torch

import shared  # noqa: F401
from drafting_nets import FeatureHead, ParallelHeads, Student
from gguf_file import Gguf, find_gguf
from habits import DEVICE, FUSED, GPU, OUT, TOY, WORK, Budget, autocast, count, load_npz, say, settle
from parts import FEATURES as TAPS
from smollm import Smollm

WORDS = 1024 if TOY else 16384       # tokens that can be guessed
BATCH = 2 if TOY else 48
RATE, WARM = 1.2e-3, 150
NETS = {
    "eagle": lambda *a: FeatureHead(*a, d=576, rank=576, ff=1536, heads=9, kv=3),
    "slim": lambda *a: FeatureHead(*a, d=384, rank=128, ff=1024, heads=6, kv=2),
    "medusa": lambda *a: ParallelHeads(*a, d=384, rank=128, ff=1024),
    "student": lambda *a: Student(*a, d=384, rank=128, ff=1024, heads=6, kv=2, layers=3),
}


def words(tokens, said):
    """The commonest tokens of the answers, in the order of their numbers."""
    counts = np.bincount(tokens[said], minlength=1)
    found = np.sort(np.argsort(-counts, kind="stable")[:WORDS])
    say("tokens that can be guessed make up", f"{counts[found].sum() / counts.sum():.4f}", "of the answers")
    return torch.from_numpy(found).to(DEVICE)


def soft_loss(logits, chances, weight):
    """Cross-entropy to the target's chances, over places with weight."""
    loss = -(chances * torch.log_softmax(logits.float(), -1)).sum(-1)
    return (loss * weight).sum() / weight.sum().clamp_min(1)


def teacher(target, ids, tokens):
    taps = target.read(ids, taps=TAPS)
    logits = torch.nn.functional.linear(target.norm(taps[-1], "nf"), target.embedding[tokens])
    return taps, torch.softmax(logits.float(), -1).to(target.dtype)


def train(target, nets, tokens, answers, seconds):
    ids, said = torch.from_numpy(answers["tokens"].astype(np.int32)), torch.from_numpy(answers["said"])
    every = [p for net in nets.values() for p in net.parameters()]
    adam = torch.optim.AdamW(every, lr=RATE, betas=(.9, .95), weight_decay=.01, **FUSED)
    order, at = torch.randperm(len(ids)), 0
    budget = Budget(seconds)
    for step, part in enumerate(budget):
        for group in adam.param_groups:
            group["lr"] = RATE * min(1, (step + 1) / WARM) * max(.02, .5 + .5 * math.cos(math.pi * part))
        if at + BATCH > len(ids):
            order, at = torch.randperm(len(ids)), 0
        rows = order[at:at + BATCH]
        at += BATCH
        x, spoken = ids[rows].to(DEVICE).long(), said[rows].to(DEVICE).float()
        with torch.no_grad():
            taps, chances = teacher(target, x, tokens)
        seen = {}
        for name, net in nets.items():
            with autocast():
                drafts = net.teach(target, taps, x)
                loss = sum(weight * soft_loss(logits, chances[:, j:-1], spoken[:, j + 1:])
                           for j, (logits, weight) in enumerate(zip(drafts, net.weights), 1))
            loss.backward()
            torch.nn.utils.clip_grad_norm_(net.parameters(), 1.)
            seen[name] = loss.detach()
        adam.step()
        adam.zero_grad(set_to_none=True)
        if step % 200 == 0:
            say(step, f"{part:.2f}", {name: round(float(loss), 3) for name, loss in seen.items()})
    say("steps", budget.steps)


@torch.no_grad()
def measure(target, nets, tokens, bench, batch=4):
    """-> {name: {temperature: [tokens a pass with 1, 2, ... guesses]}}, every guess of a chain behind right ones."""
    ids, said, heats = (torch.from_numpy(bench[name]) for name in ("tokens", "said", "temperature"))
    found = {name: {} for name in nets}
    for heat in heats.unique().tolist():
        rows, sums = (heats == heat).nonzero()[:, 0], {name: 0. for name in nets}
        places = 0
        for some in rows.split(batch):
            last = int(said[some].any(0).nonzero()[-1]) + 1
            x, spoken = ids[some, :last].to(DEVICE).long(), said[some, :last].to(DEVICE)
            taps = target.read(x, taps=TAPS)
            with autocast():
                drafts = {name: net.teach(target, taps, x) for name, net in nets.items()}
            true = torch.softmax(target.head(taps[-1]).float() / heat, -1)[..., tokens] if heat else None
            most = max(len(one) for one in drafts.values())
            n = last - most - 1
            where = spoken[:, 2:2 + n]
            for name, all_logits in drafts.items():
                stands = []
                for j, logits in enumerate(all_logits, 1):
                    if heat:
                        q = torch.softmax(logits.float() / heat, -1)[:, :n]
                        stands.append(torch.minimum(q, true[:, j:j + n]).sum(-1))
                    else:
                        stands.append((tokens[logits[:, :n].argmax(-1)] == x[:, j + 1:j + 1 + n]).float())
                chain = torch.stack(stands).cumprod(0)
                sums[name] += (chain * where).sum((1, 2))
            places += int(where.sum())
        for name in nets:
            found[name][heat] = [round(float(value), 3) for value in 1 + (sums[name] / places).cumsum(0)]
    return found


def save(path, net, tokens):
    arrays = {name: w.detach().half().cpu().numpy() for name, w in net.named_parameters()}
    np.savez(path, words=tokens.cpu().numpy().astype(np.int32), **arrays)


def main():
    args = argparse.ArgumentParser()
    args.add_argument("--gguf")
    args.add_argument("--seconds", type=float, default=300)
    args.add_argument("--nets", nargs="+", default=list(NETS))
    a = args.parse_args()
    settle(0)
    target = Smollm(Gguf(find_gguf(a.gguf)), DEVICE)
    answers, bench = load_npz(os.path.join(WORK, "answers.npz")), load_npz(os.path.join(WORK, "bench.npz"))
    tokens = words(answers["tokens"], answers["said"])
    nets = {name: NETS[name](target, tokens).to(DEVICE) for name in a.nets}
    for name, net in nets.items():
        say(name, count(net))
    train(target, nets, tokens, answers, a.seconds)
    for name, net in nets.items():
        save(os.path.join(OUT, f"{name}.npz"), net, tokens)
    for name, figures in measure(target, nets, tokens, bench).items():
        print(name, figures)


if __name__ == "__main__":
    main()

"""Teaches the networks of drafting_nets.py what the target would say (distillation on the target's own answers), all of them on
the same batches: the target is run once for all.

    WORK=... OUT=... python3 drafts.py --gguf FILE --seconds 300 [--nets slim medusa student] [--go-on]

Reads $WORK/answers.npz and $WORK/bench.npz (answers.py), writes $OUT/NAME.npz, and says how many guesses stand, by temperature: at 0
those that are the target's own token, otherwise the share of the target's distribution that is drafted as well.
--go-on: from $OUT/NAME.npz where there is one.
"""
import argparse
import math
import os

import numpy as np
import torch

import shared  # noqa: F401
from drafting_nets import BlockDrafter, EarlyExit, FeatureHead, Lesson, LookAhead, ParallelHeads, Student, picked
from gguf_file import Gguf, find_gguf
from habits import DEVICE, FUSED, GPU, OUT, TOY, WORK, Budget, autocast, count, load_npz, say, settle
from parts import FEATURES as TAPS
from smollm import Smollm

WORDS = 1024 if TOY else 16384       # tokens that can be guessed
BATCH, ANCHORS = (2, 16) if TOY else (48, 96)
MOST = 8                             # guesses behind an anchor
RATE, WARM = 1.2e-3, 150
SLIM = dict(d=384, rank=128, ff=1024, heads=6, kv=2)
SMALL = dict(d=256, rank=128, ff=704, heads=4, kv=2, layers=2)
NETS = {
    "eagle": lambda *a: FeatureHead(*a, d=576, rank=576, ff=1536, heads=9, kv=3),
    "slim": lambda *a: FeatureHead(*a, **SLIM),
    "medusa": lambda *a: ParallelHeads(*a, d=384, rank=128, ff=1024),
    "block": lambda *a: BlockDrafter(*a, **SLIM),
    "specdec": lambda *a: BlockDrafter(*a, **SLIM, prompt_only=True),
    "student": lambda *a: Student(*a, **SLIM, layers=3),
    "small": lambda *a: Student(*a, **SMALL),
    "boosted": lambda *a: Student(*a, **SMALL, boosts="small"),
    "exit": lambda *a: EarlyExit(*a, rank=128, ff=1024),
    "ahead": lambda target, tokens: LookAhead(target, tokens),
    # The same student by other losses (DistillSpec, Zhou et al. 2024).
    **{f"small-{loss}": lambda *a: Student(*a, **SMALL) for loss in ("seq", "reverse", "jsd", "tv")},
}


def words(tokens, said):
    """The commonest tokens of the answers, in the order of their numbers."""
    counts = np.bincount(tokens[said], minlength=1)
    found = np.sort(np.argsort(-counts, kind="stable")[:WORDS])
    say("tokens that can be guessed make up", f"{counts[found].sum() / counts.sum():.4f}", "of the answers")
    return torch.from_numpy(found).to(DEVICE)


def forward_kl(logits, chances, token):
    return -(chances * torch.log_softmax(logits.float(), -1)).sum(-1)


def sampled(logits, chances, token):
    """Sequence-level distillation: what the target drew, where that can be guessed."""
    return torch.nn.functional.cross_entropy(logits.float().flatten(0, 1), token.flatten(), ignore_index=-1,
                                             reduction="none").view(token.shape)


def reverse_kl(logits, chances, token):
    said = torch.log_softmax(logits.float(), -1)
    return (said.exp() * (said - chances.float().clamp_min(1e-9).log())).sum(-1)


def jensen_shannon(logits, chances, token):
    own, p = torch.softmax(logits.float(), -1).clamp_min(1e-9), chances.float().clamp_min(1e-9)
    middle = ((own + p) / 2).log()
    return ((p * (p.log() - middle)).sum(-1) + (own * (own.log() - middle)).sum(-1)) / 2


def total_variation(logits, chances, token):
    return (torch.softmax(logits.float(), -1) - chances.float()).abs().sum(-1) / 2


LOSSES = {"seq": sampled, "reverse": reverse_kl, "jsd": jensen_shannon, "tv": total_variation}


def loss_of(name):
    return LOSSES.get(name.partition("-")[2], forward_kl)


def some_anchors(said):
    """Places two before tokens of the answers, each row its own [B, ANCHORS], with room for all guesses behind them."""
    last = said.shape[1] - MOST - 1
    chances = said[:, 2:2 + last].float() + 1e-6
    return torch.multinomial(chances, ANCHORS, replacement=True).sort(1).values


def teacher(target, ids, tokens):
    taps = target.read(ids, taps=TAPS)
    logits = torch.nn.functional.linear(target.norm(taps[-1], "nf"), target.embedding[tokens])
    return taps, torch.softmax(logits.float(), -1).to(target.dtype)


def train(target, nets, tokens, answers, seconds):
    ids, said = torch.from_numpy(answers["tokens"].astype(np.int32)), torch.from_numpy(answers["said"])
    places = torch.full((target.vocabulary,), -1, device=DEVICE)
    places[tokens] = torch.arange(len(tokens), device=DEVICE)
    every = [p for net in nets.values() for p in net.parameters()]
    adam = torch.optim.AdamW(every, lr=RATE, betas=(.9, .95), weight_decay=.01, **FUSED)
    order, at = torch.randperm(len(ids)), 0
    budget = Budget(seconds)
    for step, part in enumerate(budget):
        for group in adam.param_groups:
            group["lr"] = RATE * min(1, (step + 1) / WARM) * max(.02, .5 + .5 * math.cos(math.pi * part))
        if at + BATCH > len(ids):
            order, at = torch.randperm(len(ids)), 0
        chosen = order[at:at + BATCH]
        at += BATCH
        x, spoken = ids[chosen].to(DEVICE).long(), said[chosen].to(DEVICE)
        with torch.no_grad():
            taps, chances = teacher(target, x, tokens)
        lesson, seen, likeliest = Lesson(x, taps, some_anchors(spoken), spoken), {}, {}
        for name, net in nets.items():
            total = 0.
            with autocast():
                for weight, (logits, behind) in zip(net.weights, net.teach(target, lesson)):
                    true, counts = picked(chances, behind), spoken.gather(1, behind + 1).float()
                    loss = loss_of(name)(logits, true, places[x.gather(1, behind + 1)])
                    likeliest.setdefault(name, logits.detach().argmax(-1))
                    if getattr(net, "boosts", None):
                        counts = counts * torch.where(likeliest[net.boosts] == true.argmax(-1), .1, 1.)
                    total = total + weight * (loss * counts).sum() / counts.sum().clamp_min(1)
            total.backward()
            torch.nn.utils.clip_grad_norm_(net.parameters(), 1.)
            seen[name] = total.detach()
        adam.step()
        adam.zero_grad(set_to_none=True)
        if step % 200 == 0:
            say(step, f"{part:.2f}", {name: round(float(loss), 3) for name, loss in seen.items()})
    say("steps", budget.steps)


@torch.no_grad()
def places(target, bench, heat, batch=4):
    """The answers that were sampled at temperature `heat`, some at a time -> Lesson, and which of its anchors [B, n] count: those
    whose first guess is for a token of the answer."""
    ids, said, starts = (torch.from_numpy(bench[name]) for name in ("tokens", "said", "start"))
    for some in (torch.from_numpy(bench["temperature"]) == heat).nonzero()[:, 0].split(batch):
        last = int(said[some].any(0).nonzero()[-1]) + 1
        x = torch.nn.functional.pad(ids[some, :last].long(), (0, MOST + 1)).to(DEVICE)
        spoken = torch.nn.functional.pad(said[some, :last], (0, MOST + 1)).to(DEVICE)
        first = starts[some].to(DEVICE)[:, None] - 2
        anchors = (first + torch.arange(int(spoken.sum(1).max()) + 1, device=DEVICE)).clamp(max=last - 2)
        where = spoken.gather(1, anchors + 2)
        # A sequence that ended earlier would be counted at its last place again.
        where[:, 1:] &= anchors[:, 1:] > anchors[:, :-1]
        yield Lesson(x, target.read(x, taps=TAPS), anchors, spoken), where


@torch.no_grad()
def measure(target, nets, tokens, bench):
    """-> {name: {temperature: [tokens a pass with 1, 2, ... guesses]}}, every guess of a chain behind right ones."""
    found = {name: {} for name in nets}
    for heat in np.unique(bench["temperature"]).tolist():
        sums, count = {name: 0. for name in nets}, 0
        for lesson, where in places(target, bench, heat):
            for name, net in nets.items():
                chain, total = 1., []
                with autocast():
                    for logits, behind in net.teach(target, lesson):
                        if heat:
                            true = torch.softmax(target.head(picked(lesson.taps[-1], behind)).float() / heat, -1)[..., tokens]
                            stands = torch.minimum(torch.softmax(logits.float() / heat, -1), true).sum(-1)
                        else:
                            stands = (tokens[logits.argmax(-1)] == lesson.ids.gather(1, behind + 1)).float()
                        chain = chain * stands
                        total.append((chain * where).sum())
                sums[name] = sums[name] + torch.stack(total)
            count += int(where.sum())
        for name in nets:
            found[name][heat] = [round(float(value), 3) for value in 1 + (sums[name] / count).cumsum(0)]
    return found


def load(path, net):
    if os.path.exists(path):
        saved = load_npz(path)
        for name, w in net.named_parameters():
            w.data.copy_(torch.from_numpy(saved[name].astype(np.float32)))


def save(path, net, tokens):
    arrays = {name: w.detach().half().cpu().numpy() for name, w in net.named_parameters()}
    np.savez(path, words=tokens.cpu().numpy().astype(np.int32), **arrays)


def main():
    args = argparse.ArgumentParser()
    args.add_argument("--gguf")
    args.add_argument("--seconds", type=float, default=300)
    args.add_argument("--nets", nargs="+", default=list(NETS))
    args.add_argument("--go-on", action="store_true")
    a = args.parse_args()
    settle(0)
    target = Smollm(Gguf(find_gguf(a.gguf)), DEVICE, torch.bfloat16 if GPU else torch.float32)
    answers, bench = load_npz(os.path.join(WORK, "answers.npz")), load_npz(os.path.join(WORK, "bench.npz"))
    tokens = words(answers["tokens"], answers["said"])
    nets = {name: NETS[name](target, tokens).to(DEVICE) for name in a.nets}
    for name, net in nets.items():
        if a.go_on:
            load(os.path.join(OUT, f"{name}.npz"), net)
        say(name, count(net))
    train(target, nets, tokens, answers, a.seconds)
    for name, net in nets.items():
        net.eval()
        save(os.path.join(OUT, f"{name}.npz"), net, tokens)
    for name, figures in measure(target, nets, tokens, bench).items():
        print(name, figures)


if __name__ == "__main__":
    main()

"""Teaches the networks of drafting_nets.py what the target would say (distillation on the target's own answers), all of them on
the same batches: the target is run once for all.

    WORK=... OUT=... python3 drafts.py --gguf FILE --seconds 300 [--nets slim medusa student] [--go-on]

Reads $WORK/answers.npz and $WORK/bench.npz (answers.py), writes $OUT/NAME.npz, and says how many guesses stand, by temperature: at 0
those that are the target's own token, otherwise the share of the target's distribution that is drafted as well.
--go-on: from $OUT/NAME.npz where there is one; --words: tokens that can be guessed.
"""
import argparse
import os

import numpy as np
import torch

import shared  # noqa: F401
from drafting import MOST, Method, every_anchor, likeliest_words, load, measure, save, some_anchors, train
from drafting_nets import BlockDrafter, EarlyExit, FeatureHead, Lesson, LookAhead, ParallelHeads, Student, picked
from gguf_file import Gguf, find_gguf
from habits import DEVICE, GPU, OUT, TOY, WORK, Budget, count, load_npz, say, settle
from parts import FEATURES as TAPS
from smollm import Smollm
from texts import END

WORDS = 1024 if TOY else 16384       # tokens that can be guessed, unless told otherwise
BATCH, ANCHORS = (2, 16) if TOY else (48, 96)
OWN = 4 if TOY else 1024             # sequences that a student goes on with itself, at a time
SLIM = dict(d=384, rank=128, ff=1024, heads=6, kv=2)
NARROW = dict(d=256, rank=96, ff=704, heads=4, kv=1)
SMALL = dict(d=256, rank=128, ff=704, heads=4, kv=2, layers=2)
# The same student by other losses, and on its own sequences as well (DistillSpec, Zhou et al. 2024).
METHODS = {f"small-{loss}": Method(loss) for loss in ("seq", "reverse", "jsd", "tv")}
METHODS |= {"small-on": Method(own=.5), **{f"small-{loss}-on": Method(loss, own=.5) for loss in ("reverse", "jsd", "tv")}}
NETS = {
    "eagle": lambda *a: FeatureHead(*a, d=576, rank=576, ff=1536, heads=9, kv=3),
    "slim": lambda *a: FeatureHead(*a, **SLIM),
    "narrow": lambda *a: FeatureHead(*a, **NARROW),
    "medusa": lambda *a: ParallelHeads(*a, d=384, rank=128, ff=1024),
    "block": lambda *a: BlockDrafter(*a, **SLIM),
    "specdec": lambda *a: BlockDrafter(*a, **SLIM, prompt_only=True),
    "student": lambda *a: Student(*a, **SLIM, layers=3),
    "small": lambda *a: Student(*a, **SMALL),
    "boosted": lambda *a: Student(*a, **SMALL, boosts="small"),
    "exit": lambda *a: EarlyExit(*a, rank=128, ff=1024),
    "ahead": lambda target, tokens: LookAhead(target, tokens),
    **{name: lambda *a: Student(*a, **SMALL) for name in METHODS},
}


class Answers:
    """Sequences [N, L], and which of their tokens are the answers'. The target reads those of a batch when they are asked for."""

    def __init__(self, target, words, ids, said):
        self.target, self.words, self.ids, self.said = target, words, ids, said

    def __len__(self):
        return len(self.ids)

    @torch.no_grad()
    def lesson(self, chosen):
        x, spoken = self.ids[chosen].to(DEVICE).long(), self.said[chosen].to(DEVICE)
        taps = self.target.read(x, taps=TAPS)
        logits = torch.nn.functional.linear(self.target.norm(taps[-1], "nf"), self.target.embedding[self.words])
        chances = torch.softmax(logits.float(), -1).to(self.target.dtype)
        return Lesson(x, taps, some_anchors(spoken, ANCHORS), spoken, chances=lambda places: picked(chances, places))

    def continued(self, student, end):
        """Some of them, which the student goes on with from a token of the answers, drawn evenly, to the end of the answer."""
        rows = torch.randperm(len(self.ids))[:OWN]
        rows = rows[self.said[rows].any(1)]
        starts = torch.multinomial(self.said[rows].float(), 1)[:, 0].to(DEVICE)
        ids = student.write(self.target, self.ids[rows].to(DEVICE).long(), starts)
        own = torch.arange(ids.shape[1], device=DEVICE)[None] >= starts[:, None]
        over = ((ids == end) & own).long().cumsum(1) - ((ids == end) & own).long()
        return Answers(self.target, self.words, ids.cpu(), (own & (over == 0)).cpu())


class Exam:
    """The target's own answers to the prompts of the bench."""

    def __init__(self, target, bench, batch=4):
        self.target, self.batch = target, batch
        self.ids, self.said, self.heats, self.starts = (torch.from_numpy(bench[name]) for name in
                                                        ("tokens", "said", "temperature", "start"))

    def lessons(self, heat):
        for some in (self.heats == heat).nonzero()[:, 0].split(self.batch):
            last = int(self.said[some].any(0).nonzero()[-1]) + 1
            x = torch.nn.functional.pad(self.ids[some, :last].long(), (0, MOST + 1)).to(DEVICE)
            spoken = torch.nn.functional.pad(self.said[some, :last], (0, MOST + 1)).to(DEVICE)
            anchors, where = every_anchor(spoken, self.starts[some].to(DEVICE), last)
            taps = self.target.read(x, taps=TAPS)
            yield Lesson(x, taps, anchors, spoken, logits=lambda places: self.target.head(picked(taps[-1], places))), where


def main():
    args = argparse.ArgumentParser()
    args.add_argument("--gguf")
    args.add_argument("--seconds", type=float, default=300)
    args.add_argument("--nets", nargs="+", default=list(NETS))
    args.add_argument("--words", type=int, default=WORDS)
    args.add_argument("--go-on", action="store_true")
    a = args.parse_args()
    settle(0)
    target = Smollm(Gguf(find_gguf(a.gguf)), DEVICE, torch.bfloat16 if GPU else torch.float32)
    answers, bench = load_npz(os.path.join(WORK, "answers.npz")), load_npz(os.path.join(WORK, "bench.npz"))
    words = likeliest_words(answers["tokens"], answers["said"], a.words)
    nets = {name: NETS[name](target, words).to(DEVICE) for name in a.nets}
    for name, net in nets.items():
        if a.go_on:
            load(os.path.join(OUT, f"{name}.npz"), net)
        say(name, count(net))
    taught = Answers(target, words, torch.from_numpy(answers["tokens"].astype(np.int32)), torch.from_numpy(answers["said"]))
    train(target, nets, METHODS, words, taught, Budget(a.seconds), BATCH, lambda student: taught.continued(student, END))
    for name, net in nets.items():
        net.eval()
        save(os.path.join(OUT, f"{name}.npz"), net, words)
    for name, figures in measure(target, nets, words, Exam(target, bench), np.unique(bench["temperature"]).tolist()).items():
        print(name, figures)


if __name__ == "__main__":
    main()

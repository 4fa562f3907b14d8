"""How often guesses of a network that makes several at once stand, by place and rank: what Medusa's static tree is found by.

    WORK=... python3 stands.py --gguf FILE --net medusa

Measured at temperature 0 on $WORK/bench.npz (answers.py), and put into $WORK/NAME.npz as `stands` [guesses, RANKS]: the chance that the
word of that rank is the target's token at that place, where the tokens before it were among the RANKS likeliest of their places, so
that a tree may hold them.
"""
import argparse
import os

import numpy as np
import torch

import shared  # noqa: F401
from drafting import load
from drafts import NETS, Exam
from gguf_file import Gguf, find_gguf
from habits import DEVICE, GPU, WORK, autocast, load_npz, say, settle
from smollm import Smollm

RANKS = 10


@torch.no_grad()
def stands(target, net, tokens, bench):
    hits, tried = 0., 0.
    for lesson, where in Exam(target, bench).lessons(0.):
        reached, found = where, []
        with autocast():
            for logits, behind in net.teach(target, lesson):
                best = tokens[logits.topk(RANKS).indices]
                right = (best == lesson.ids.gather(1, behind + 1)[..., None]) & reached[..., None]
                found.append((right.sum((0, 1)), reached.sum()))
                reached = right.any(-1)
        hits = hits + torch.stack([right for right, _ in found]).double()
        tried = tried + torch.stack([count for _, count in found]).double()
    return (hits / tried[:, None].clamp_min(1)).cpu().numpy()


def main():
    args = argparse.ArgumentParser()
    args.add_argument("--gguf")
    args.add_argument("--net", default="medusa")
    a = args.parse_args()
    settle(0)
    path = os.path.join(WORK, f"{a.net}.npz")
    saved = load_npz(path)
    tokens = torch.from_numpy(saved["words"]).long().to(DEVICE)
    target = Smollm(Gguf(find_gguf(a.gguf)), DEVICE, torch.bfloat16 if GPU else torch.float32)
    net = NETS[a.net](target, tokens).to(DEVICE).eval()
    load(path, net)
    saved["stands"] = stands(target, net, tokens, load_npz(os.path.join(WORK, "bench.npz"))).astype(np.float32)
    np.savez(path, **saved)
    for place, chances in enumerate(saved["stands"], 1):
        say("place", place, " ".join(f"{chance:.3f}" for chance in chances))


if __name__ == "__main__":
    main()

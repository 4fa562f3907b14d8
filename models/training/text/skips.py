"""Which parts of its layers the target can leave out when it drafts for itself (Self-Speculative decoding, Zhang et al. 2024):
one part after another, always the one without which it most often says the same.

    WORK=... OUT=... python3 skips.py --gguf FILE [--most 44]

Reads $WORK/answers.npz and $WORK/bench.npz, writes $OUT/skips.json: the parts in the order they are left out, how often the
likeliest token stays the same on the answers that are searched on, and on the bench's (temperature 0), where some are left out.
"""
import argparse
import os

import numpy as np
import torch

import shared  # noqa: F401
from gguf_file import Gguf, find_gguf
from habits import DEVICE, OUT, TOY, WORK, GPU, load_npz, save_json, say, settle
from smollm import Smollm

ROWS, LENGTH = (2, 48) if TOY else (32, 384)


def likeliest(target, ids, places, skips):
    states, = target.read(ids, skips=skips)
    return target.head(states[places]).argmax(-1)


@torch.no_grad()
def main():
    args = argparse.ArgumentParser()
    args.add_argument("--gguf")
    args.add_argument("--most", type=int, default=2 if TOY else 44)
    a = args.parse_args()
    settle(0)
    target = Smollm(Gguf(find_gguf(a.gguf)), DEVICE, torch.bfloat16 if GPU else torch.float32)
    answers, bench = load_npz(os.path.join(WORK, "answers.npz")), load_npz(os.path.join(WORK, "bench.npz"))

    def ready(tokens, said):
        ids, places = torch.from_numpy(tokens.astype(np.int64)).to(DEVICE), torch.from_numpy(said).to(DEVICE)
        # The token behind a place is what is guessed there.
        places = torch.roll(places, -1, 1)
        return ids, places, likeliest(target, ids, places, ())

    some = np.random.RandomState(0).permutation(len(answers["tokens"]))[:ROWS]
    ids, places, true = ready(answers["tokens"][some, :LENGTH], answers["said"][some, :LENGTH])
    cold = np.flatnonzero(bench["temperature"] == 0)[::4]
    tried = [ready(bench["tokens"][rows], bench["said"][rows]) for rows in np.split(cold, range(8, len(cold), 8))]
    left = [(layer, part) for layer in range(target.layers) for part in ("attention", "mlp")]
    skipped, found = [], []
    for _ in range(a.most):
        same = [float((likeliest(target, ids, places, {*skipped, one}) == true).float().mean()) for one in left]
        best = int(np.argmax(same))
        skipped.append(left.pop(best))
        held = np.concatenate([(likeliest(target, x, at, set(skipped)) == was).float().cpu().numpy() for x, at, was in tried])
        found.append({"layer": skipped[-1][0], "part": skipped[-1][1], "same": round(same[best], 4),
                      "bench": round(float(held.mean()), 4)})
        say(len(skipped), found[-1])
    save_json(os.path.join(OUT, "skips.json"), found)


if __name__ == "__main__":
    main()

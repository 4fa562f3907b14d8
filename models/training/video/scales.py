"""Fixed activation scales without training, on a CPU, for weights that distil.py left without any.

    python3 scales.py [CLIPS]       (40)

Needs target_*.npz, words.npz, tok_*.npz in $WORK, the pack in $DATA. Folds SmoothQuant factors in and writes the
weights again, with ranges.npz, to $OUT.
"""
import sys

import shared  # noqa: F401
import rounding
from blocks import save_target
from clips import Clips
from habits import OUT, WORK, say, settle
from model import load_target
from partial import Partial
from rounding import save_limits, smooth, watch
from sprites import read_meta


def main(n=40):
    rounding.BATCH = 2
    some = Partial()
    clips = Clips(some, read_meta(), seed=11)
    prefix, tokens, _ = clips.batch(some.prepare(clips.specs(n)))
    model = load_target(WORK).eval().requires_grad_(False)
    smooth(model, watch(model, prefix, tokens))
    limits = {k: float(v.max()) for k, v in watch(model, prefix, tokens).items()}
    save_target(model, [OUT])
    save_limits(f'{OUT}/ranges.npz', limits)
    say('scales of', n, 'clips written')


if __name__ == '__main__':
    settle(6)
    main(*map(int, sys.argv[1:]))

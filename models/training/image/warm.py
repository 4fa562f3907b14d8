"""Compiles the blocks once for the shapes of later stages; their processes find the result on the disk.

    TORCHINDUCTOR_CACHE_DIR=... python3 warm.py
"""
import torch

import shared  # noqa: F401
from captions_data import PREFIX, TOKENS
from distil import BATCH as STUDENT_BATCH
from habits import DEVICE, GPU, say, settle
from rounding import refresh_scales
from target import BATCH, DROPOUT
from transformer import SIZE, Target


def compile_once(batch, dropout, rounding=False):
    torch.compiler.reset()
    model = Target(64, 64, 64, torch.zeros(64, 384), dropout, **SIZE | dict(layers=1)).to(DEVICE).train()
    if rounding:
        model.blocks[0].limits = torch.ones(4, device=DEVICE)
        refresh_scales(model)
    model.compile_blocks(*(torch.zeros(batch, n, dtype=torch.long, device=DEVICE) for n in (PREFIX, TOKENS)))
    say('compiled', batch, dropout, rounding)


if __name__ == '__main__' and GPU:
    settle(0)
    compile_once(BATCH, DROPOUT)
    compile_once(STUDENT_BATCH, 0.)
    compile_once(STUDENT_BATCH, 0., rounding=True)

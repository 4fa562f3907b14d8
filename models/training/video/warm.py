"""Compiles the blocks once for the shapes of later stages (their processes find the result on the disk), with a few
real steps of each, so that memory and time are known.

    TORCHINDUCTOR_CACHE_DIR=... python3 warm.py
"""
import time

import torch

from layout import AREA, CODES, FRAMES, PLAN, PREFIX
from blocks import PLACES
from distil import BATCH as STUDENT_BATCH
from habits import DEVICE, GPU, autocast, say, settle, wait
from loss import compiled, distances, mean_nats
from model import SIZE, Target
from optim import Optimiser
from rounding import refresh_scales, set_limits
from target import BATCH_A, BATCH_B, FRAMES_A

TEXTS, STEPS = 2048, 6


def steps(name, batch, frames, rounding=False):
    torch._dynamo.reset()
    torch.cuda.reset_peak_memory_stats()
    model = Target(TEXTS, **SIZE).to(DEVICE).train()
    prefix = torch.randint(0, TEXTS, (batch, PREFIX), device=DEVICE)
    tokens = torch.randint(0, CODES, (batch, PLAN + frames * AREA), device=DEVICE)
    weights = torch.ones(tokens.shape, device=DEVICE)
    if rounding:
        set_limits(model, {f'blocks.{i}.{p}': 5. for i in range(SIZE['layers']) for p in PLACES} | {'head': 5.})
        refresh_scales(model)
    model.compile_blocks(prefix, tokens)
    optimiser, loss_of = Optimiser(model), compiled(distances if rounding else mean_nats)
    for i in range(STEPS):
        if i == 3:
            wait()
            began = time.time()
        with autocast():
            logits = model(prefix, tokens)
        loss = loss_of(logits.detach().clone(), logits, weights) if rounding else loss_of(logits, tokens, weights)
        loss.backward()
        optimiser.step(1.)
    wait()
    say(name, 'ms a step:', round((time.time() - began) * 1000 / (STEPS - 3), 1), 'clips:', batch,
        'GB:', round(torch.cuda.max_memory_allocated() / 2 ** 30, 1))


if __name__ == '__main__' and GPU:
    settle(0)
    steps('A', BATCH_A, FRAMES_A)
    steps('B', BATCH_B, FRAMES)
    steps('rounded', STUDENT_BATCH, FRAMES, True)

"""Small things the training scripts of all media share: folders, device, seeds, time budgets, files."""
import json
import os
import time

os.environ.setdefault('PYTORCH_CUDA_ALLOC_CONF', 'expandable_segments:True')

import numpy as np
import torch

START = time.time()
TOY = os.environ.get('TOY') == '1'
DEVICE = 'cuda' if torch.cuda.is_available() else 'cpu'
GPU = DEVICE == 'cuda'
DATA = os.environ.get('DATA', '')                 # what training reads; by default as a medium's shared.py says
WORK = os.environ['WORK']                          # what one stage leaves for the next
OUT = os.environ.get('OUT', WORK)                   # what comes back from the GPU machine
DEADLINE = float(os.environ.get('DEADLINE', 'inf'))  # in seconds since 1970; no loop runs past it
FUSED = dict(fused=True) if GPU else {}


def say(*words):
    print(*words, f'[{time.time() - START:.1f} s]', flush=True)


def autocast(dtype=torch.bfloat16):
    return torch.autocast(DEVICE, dtype=dtype, enabled=GPU)


def set_tf32(on):
    torch.backends.cuda.matmul.allow_tf32 = on
    torch.backends.cudnn.allow_tf32 = on


def settle(seed, fixed_shapes=True):
    """Seeds, tf32 in matrix products (never for acceptance figures), and settings of torch that cost time when left alone."""
    torch.manual_seed(seed)
    np.random.seed(seed)
    set_tf32(True)
    if fixed_shapes:
        torch.backends.cudnn.benchmark = True
        torch._dynamo.config.cache_size_limit = 64
        torch._dynamo.config.automatic_dynamic_shapes = False
    if GPU:
        torch.backends.cuda.enable_cudnn_sdp(False)   # it plans anew for every length
    os.makedirs(WORK, exist_ok=True)
    os.makedirs(OUT, exist_ok=True)


def wait():
    if GPU:
        torch.cuda.synchronize()


def count(module):
    return sum(p.numel() for p in module.parameters())


class Budget:
    """A loop's time: `for part in Budget(seconds)` yields the share that is spent, until it is 1.

    The first steps (compiling) do not count. `reserve` seconds before DEADLINE are left to what follows.
    The clock is read after the device has caught up, every 10 steps.
    """

    def __init__(self, seconds, reserve=0, free=3, every=10):
        self.seconds, self.reserve, self.free, self.every = seconds, reserve, free, every
        self.steps, self.start = 0, time.time()

    @property
    def elapsed(self):
        return time.time() - self.start

    def begin(self):
        wait()
        self.start = time.time()
        self.seconds = max(1., min(self.seconds, DEADLINE - self.start - self.reserve))

    def __iter__(self):
        part = 0.
        while part < 1:
            yield part
            self.steps += 1
            if self.steps == self.free:
                self.begin()
            elif self.steps > self.free and (TOY or self.steps % self.every == 0):
                wait()
                part = self.elapsed / self.seconds
        wait()


def load_npz(path):
    """All arrays of a file, read once."""
    with np.load(path, allow_pickle=False) as z:
        return {k: z[k] for k in z.files}


def save_json(path, content):
    with open(path, 'w') as f:
        json.dump(content, f, indent=1)

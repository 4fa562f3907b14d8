"""Small things the training scripts of this folder share: folders, device, seeds, time budgets, weight files."""
import glob
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
DATA = os.environ.get('DATA', './work/image_gpu')   # pictures and captions
WORK = os.environ.get('WORK', './work/image')       # what one stage leaves for the next
OUT = os.environ.get('OUT', WORK)                   # what comes back from the GPU machine
DEADLINE = float(os.environ.get('DEADLINE', 'inf'))  # in seconds since 1970; no loop runs past it
FUSED = dict(fused=True) if GPU else {}


def say(*words):
    print(*words, f'[{time.time() - START:.1f} s]', flush=True)


def autocast(dtype=torch.bfloat16):
    return torch.autocast(DEVICE, dtype=dtype, enabled=GPU)


def settle(seed):
    """Seeds, tf32, and the settings of torch that cost time when left alone."""
    torch.manual_seed(seed)
    np.random.seed(seed)
    torch.backends.cuda.matmul.allow_tf32 = True
    torch.backends.cudnn.allow_tf32 = True
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


def save_half(path, state):
    """A state dict as fp16 (whole numbers stay as they are)."""
    np.savez(path, **{k: (v.half() if v.is_floating_point() else v).cpu().numpy() for k, v in state.items()})


def load_half(path):
    return {k: torch.from_numpy(v.astype(np.float32) if v.dtype == np.float16 else v)
            for k, v in load_npz(path).items()}


def row_scales(weight):
    """One fp16 scale a row, so that the largest |number| of the row becomes 127."""
    return (weight.detach().float().abs().amax(1, keepdim=True).clamp_min(1e-8) / 127).half()


def int8_rows(state):
    """Matrices as NAME.q (int8 rows) and NAME.s (fp16 scales [rows, 1]), the rest fp16."""
    arrays = {}
    for name, value in state.items():
        value = value.detach().float().cpu()
        if value.ndim == 2 and value.numel() > 4096:
            scale = row_scales(value)
            arrays[name + '.q'] = (value / scale.float()).round().clamp(-127, 127).to(torch.int8).numpy()
            arrays[name + '.s'] = scale.numpy()
        else:
            arrays[name] = value.half().numpy()
    return arrays


def save_parts(arrays, path, parts=3):
    """Writes path_0.npz ... of about equal sizes; q and s of a name may lie in different parts."""
    files, sizes = [{} for _ in range(parts)], [0] * parts
    for name in sorted(arrays, key=lambda name: -arrays[name].nbytes):
        smallest = sizes.index(min(sizes))
        files[smallest][name] = arrays[name]
        sizes[smallest] += arrays[name].nbytes
    for i, content in enumerate(files):
        np.savez(f'{path}_{i}.npz', **content)


def load_rows(*paths):
    """Arrays of int8_rows from one or several files (patterns allowed) -> state dict in float32."""
    arrays = {}
    for pattern in paths:
        for path in sorted(glob.glob(pattern)):
            arrays.update(load_npz(path))
    state = {}
    for name, value in arrays.items():
        if name.endswith('.q'):
            state[name[:-2]] = torch.from_numpy(value.astype(np.float32) * arrays[name[:-2] + '.s'].astype(np.float32))
        elif not (name.endswith('.s') and name[:-2] + '.q' in arrays):
            state[name] = torch.from_numpy(value.astype(np.float32))
    return state


def save_json(path, content):
    with open(path, 'w') as f:
        json.dump(content, f, indent=1)

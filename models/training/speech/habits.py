"""Small things the training scripts of this folder share: folders, device, seeds, optimiser, time."""
import os
import time

os.environ.setdefault('PYTORCH_CUDA_ALLOC_CONF', 'expandable_segments:True')

import numpy as np
import torch

from loops import cosine, param_groups
from weights import quantise

START = time.time()
TOY = os.environ.get('TOY') == '1'
DEVICE = 'cuda' if torch.cuda.is_available() else 'cpu'
WORK = os.environ.get('WORK', './work/speech')
OUT = os.environ.get('OUT', WORK)
FUSED = dict(fused=True) if DEVICE == 'cuda' else {}


def say(*words):
    print(*words, f'[{time.time() - START:.1f} s]', flush=True)


def autocast(dtype=torch.bfloat16):
    return torch.autocast(DEVICE, dtype=dtype, enabled=DEVICE == 'cuda')


def settle(seed, tf32=True):
    """Seeds, and tf32 in matrix products (never for acceptance figures)."""
    torch.manual_seed(seed)
    np.random.seed(seed)
    set_tf32(tf32)
    if DEVICE == 'cuda':
        torch.backends.cuda.enable_cudnn_sdp(False)
    else:
        torch.set_num_threads(2)


def set_tf32(on):
    torch.backends.cuda.matmul.allow_tf32 = on
    torch.backends.cudnn.allow_tf32 = on


def set_rate(optimizer, lr):
    for group in optimizer.param_groups:
        group['lr'] = lr


def adam(model, lr, decay=.02, betas=(.9, .98)):
    return torch.optim.AdamW(param_groups(model, decay), lr=lr, betas=betas, **FUSED)


def descend(loss, optimizer, params, clip=1.):
    """Backward, clip, step; a broken gradient (its norm not finite) skips the step, at the price of one wait."""
    optimizer.zero_grad(set_to_none=True)
    loss.backward()
    norm = torch.nn.utils.clip_grad_norm_(params, clip)
    if torch.isfinite(norm).item():
        optimizer.step()


def spend(seconds, step, optimizer, lr, params, name, floor=.03, mean=None):
    """Runs step() -> loss until the time is over. The clock is read after the device has caught up, every 10 steps."""
    start, n, part, losses = time.time(), 0, 0., []
    params = list(params)
    while part < 1:
        set_rate(optimizer, lr * cosine(part, n, floor=floor))
        loss = step(part)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(params, 1.)
        optimizer.step()
        if mean:
            mean.update()
        losses.append(loss.detach())
        n += 1
        if n % 10 == 0 or TOY:
            losses[-1].item()
            part = (time.time() - start) / max(seconds, 1e-9)
        if len(losses) == (5 if TOY else 400):
            say(name, 'step', n, 'loss', round(float(torch.stack(losses).mean()), 4))
            losses = []
    say(name, 'done: steps', n)
    return dict(steps=n, seconds=round(time.time() - start, 1))


def load_npz(path):
    """All arrays of a file, read once."""
    with np.load(path, allow_pickle=False) as z:
        return {k: z[k] for k in z.files}


def pieces(lengths):
    """Offsets of concatenated pieces: [0, n0, n0 + n1, ...]."""
    return np.r_[0, np.cumsum(np.asarray(lengths, np.int64))]


def save_rows(path, state, exact=()):
    """int8 rows for matrices of more than 20,000 numbers (not those whose name has a part of `exact`), else fp16."""
    out = {}
    for key, value in state.items():
        if value.dim() == 2 and value.numel() > 20000 and not any(e in key for e in exact):
            out[key + '.q'], out[key + '.s'] = quantise(value)
        else:
            out[key] = value.detach().float().cpu().numpy().astype(np.float16)
    np.savez(path, **out)

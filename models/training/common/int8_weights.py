"""Weights on disk: matrices as int8 rows with a scale a row, everything else fp16."""
import glob

import numpy as np
import torch


def quantise(w):
    """Matrix -> (int8 rows, float32 scale a row)."""
    w = w.detach().float().cpu()
    s = w.abs().amax(1, keepdim=True).clamp(min=1e-8) / 127
    return (w / s).round().clamp(-127, 127).to(torch.int8).numpy(), s[:, 0].numpy()


def save_int8(path, state, parts=1, least=0, exact=()):
    """Matrices as name.q and name.s, the rest fp16; path without .npz gets _0, _1 ... for parts > 1.

    Matrices of no more than `least` numbers, and those whose name has a part of `exact`, are fp16, too.
    """
    total, seen = sum(v.numel() for v in state.values()), 0
    files = [{} for _ in range(parts)]
    for k, v in state.items():
        f = files[min(parts - 1, int(seen / total * parts))]
        seen += v.numel()
        if v.dim() == 2 and v.numel() > least and not any(e in k for e in exact):
            f[k + ".q"], f[k + ".s"] = quantise(v)
        else:
            f[k] = v.detach().float().cpu().numpy().astype(np.float16)
    path = str(path).removesuffix(".npz")
    for i, f in enumerate(files):
        np.savez(f"{path}_{i}.npz" if parts > 1 else f"{path}.npz", **f)


def row_scales(weight):
    """One fp16 scale a row, so that the largest |number| of the row becomes 127."""
    return (weight.detach().float().abs().amax(1, keepdim=True).clamp_min(1e-8) / 127).half()


def int8_rows(state):
    """The same with fp16 scales [rows, 1], as rounding.py trains them: -> arrays."""
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


def read_int8(*patterns):
    """Files (or patterns of their names) of any form above -> {name: float32 array}."""
    arrays = {}
    for path in (path for pattern in patterns for path in sorted(glob.glob(str(pattern)))):
        with np.load(path, allow_pickle=False) as z:
            arrays.update({k: z[k] for k in z.files})
    assert arrays, f"there is no {' or '.join(map(str, patterns))}"
    state = {}
    for k, v in arrays.items():
        if k.endswith(".q"):
            state[k[:-2]] = v.astype(np.float32) * arrays[k[:-2] + ".s"].astype(np.float32).reshape(-1, 1)
        elif not (k.endswith(".s") and k[:-2] + ".q" in arrays):
            state[k] = v.astype(np.float32)
    return state


def load_int8(*patterns):
    """The same as a torch state dict."""
    return {k: torch.from_numpy(np.asarray(v)) for k, v in read_int8(*patterns).items()}


def save_half(path, state):
    """A state dict as fp16 (whole numbers stay as they are)."""
    np.savez(path, **{k: (v.half() if v.is_floating_point() else v).cpu().numpy() for k, v in state.items()})


def load_half(path):
    with np.load(path, allow_pickle=False) as z:
        arrays = {k: z[k] for k in z.files}
    return {k: torch.from_numpy(v.astype(np.float32) if v.dtype == np.float16 else v) for k, v in arrays.items()}

"""Weights on disk: int8 rows with a float scale a row, everything else fp16."""
import numpy as np
import torch


def quantise(w):
    """Matrix -> (int8 rows, float32 scale a row)."""
    w = w.detach().float().cpu()
    s = w.abs().amax(1, keepdim=True).clamp(min=1e-8) / 127
    return (w / s).round().clamp(-127, 127).to(torch.int8).numpy(), s[:, 0].numpy()


def save_int8(path, state, parts=1):
    """Matrices as name.q and name.s, the rest fp16; path without .npz gets _0, _1 ... for parts > 1."""
    total, seen = sum(v.numel() for v in state.values()), 0
    files = [{} for _ in range(parts)]
    for k, v in state.items():
        f = files[min(parts - 1, int(seen / total * parts))]
        seen += v.numel()
        if v.dim() == 2:
            f[k + ".q"], f[k + ".s"] = quantise(v)
        else:
            f[k] = v.detach().float().cpu().numpy().astype(np.float16)
    path = str(path).removesuffix(".npz")
    for i, f in enumerate(files):
        np.savez(f"{path}_{i}.npz" if parts > 1 else f"{path}.npz", **f)


def read_int8(paths):
    """One path or several -> {name: float32 array}; a matrix and its scales may lie in different files."""
    arrays = {}
    for path in [paths] if isinstance(paths, str) or hasattr(paths, "__fspath__") else paths:
        with np.load(path) as z:
            arrays.update({k: z[k] for k in z.files})
    state = {}
    for k, v in arrays.items():
        if k.endswith(".q"):
            state[k[:-2]] = v.astype(np.float32) * arrays[k[:-2] + ".s"].astype(np.float32).reshape(-1, 1)
        elif not (k.endswith(".s") and k[:-2] + ".q" in arrays):
            state[k] = v.astype(np.float32)
    return state


def load_int8(paths):
    """The same as a torch state dict."""
    return {k: torch.from_numpy(np.asarray(v)) for k, v in read_int8(paths).items()}


def subset(state, prefix):
    """The entries whose name starts with the prefix, without it."""
    return {k[len(prefix):]: v for k, v in state.items() if k.startswith(prefix)}

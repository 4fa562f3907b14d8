"""Checks decoder.onnx and encoder.onnx against torch, windows against the whole, and times them.

    python3 export_check_sound.py --work WORK --model OUT [--sentences 12]
"""
import json
import os
import time

import numpy as np
import torch

import shared  # noqa: F401
from agreement import check_arguments
from export_decoder import loudness, padded
from export_target import Sentences
from int8_weights import load_int8
from listen import Listener
from onnx_graph import session
from vocoder import CELL, HOP, SAMPLE_RATE, Mel, load_decoder

WINDOW = 16             # units of a window


def best(f, times=15):
    """Milliseconds of the fastest call."""
    spans = []
    for _ in range(times):
        start = time.perf_counter()
        f()
        spans.append(time.perf_counter() - start)
    return min(spans) * 1000


def in_windows(run, units, before, behind):
    """The wave of units [T] made in windows of WINDOW units with so many units of context."""
    out = []
    for a in range(0, len(units), WINDOW):
        low, high = max(0, a - before), min(len(units), a + WINDOW + behind)
        y = run(units[low:high])
        out.append(y[(a - low) * CELL:(min(len(units), a + WINDOW) - low) * CELL])
    return np.concatenate(out)


def check_decoder(a, s, section):
    onnx = session(f"{a.model}/{section['graph']}")
    run = lambda u: onnx.run(["wave"], {"units": u[None]})[0][0]
    model, gain = load_decoder(f"{a.work}/decoder.npz", s.codes).eval(), loudness(a.work)
    worst, errors, parts, waves = 0, [], {}, []
    for i in s.choose(1, a.sentences):
        u = padded(s.units(i), s.K)
        y, z = (model(torch.from_numpy(u)[None]) * gain).clamp(-1, 1)[0].numpy(), run(u)
        assert len(z) == len(u) * CELL
        worst = max(worst, float(np.abs(y - z).max()))
        errors.append(float(np.sqrt(((y - z) ** 2).mean() / (y ** 2).mean())))
        waves.append((u, z))
        for behind in (section["context"], 14, 12, 10, 8):
            d = in_windows(run, u, section["context"], behind) - z
            parts.setdefault(behind, []).append((np.abs(d).max(), np.sqrt((d ** 2).mean() / (z ** 2).mean())))
    print(f"decoder.onnx against torch: largest difference {worst:.2e}, relative error {np.mean(errors):.2e}")
    for behind, rows in parts.items():
        d, e = np.array(rows).max(0)
        print(f"  windows of {WINDOW} units, {behind} units ahead: largest difference {d:.2e}, relative error {e:.2e}")
    u = np.random.default_rng(0).integers(0, s.K, 288)
    seconds = len(u) * CELL / SAMPLE_RATE
    print(f"  {seconds:.1f} s of sound: {best(lambda: run(u)):.1f} ms; 36 units: {best(lambda: run(u[:36])):.1f} ms")
    return waves


def check_encoder(a, s, section, waves):
    onnx = session(f"{a.model}/{section['graph']}")
    run = lambda y: onnx.run(["units"], {"wave": y[None]})[0][0]
    state = load_int8(f"{a.work}/listen.npz")
    model = Listener(s.K, len(state["i.bias"]), len({k.split(".")[1] for k in state if k.startswith("l.")})).eval()
    model.load_state_dict(state)
    mel, same, right = Mel(1024, HOP, 80), [], []
    for u, z in waves:
        want = model(mel(torch.from_numpy(z)[None] / loudness(a.work)))[0].argmax(-1).numpy()
        got = run(z)
        assert got.shape == want.shape
        same.append((got == want).mean())
        right.append((got == u)[8:-8].mean())
    print(f"encoder.onnx against torch: same units {np.mean(same):.5f}; units of the decoder's own wave heard right "
          f"{np.mean(right):.4f}; {len(z) / SAMPLE_RATE:.1f} s of sound: {best(lambda: run(z)):.1f} ms")


@torch.no_grad()
def main():
    a = check_arguments(sentences=12)
    torch.set_num_threads(2)
    s = Sentences(a.work)
    with open(os.path.join(a.model, "model.json"), encoding="utf8") as f:
        model = json.load(f)
    waves = check_decoder(a, s, model["decoder"])
    if "encoder" in model:
        check_encoder(a, s, model["encoder"], waves)


if __name__ == "__main__":
    main()

"""Milliseconds of a pass of the image target in the forms its matrices can take. Run it on a quiet machine.

    python3 export_speed.py --weights WORK --captions CAPTIONS.npz --codes CODES [--threads 2] [--past 150] [--rounds 8]

Forms take turns within a round, so that what disturbs the machine meets all of them; the figure is the lower decile.
With --quality 1 also KL, top-1 and sampled tokens of each form against float32, on held-out pictures.
"""
import time

import numpy as np

import shared  # noqa: F401
from agreement import check_arguments
from export_check import Checked, quality
from export_lm import build_prefix, build_target
from export_parts import Parts, Pictures
from export_reference import ReferenceTarget
from export_target import calibrate
from lm_export import smoothed
from matrices import dequantised_linear, static_linear
from onnx_graph import MS, quantise_rows, session
from passes import empty_past, feeds

ROWS = 1, 2, 3, 4, 6, 8, 12, 16, 24, 32
BLOCK = 64
PASSES = 8              # of a form and a number of rows in a round


def per_row_linear(parts):
    """Whole numbers, each row on its own scale: divided by its largest number, on a fixed scale, and multiplied back."""
    seen = {}

    def linear(g, x, name):
        q, s = quantise_rows(parts.matrices[name])
        step, zero = g.const(1 / 127, np.float32), g.const(128, np.uint8)
        if (g, x) not in seen:
            largest = g.op("ReduceMax", [g.op("Abs", [x]), g.ints(-1)], keepdims=1)
            largest = g.op("Max", [largest, g.const(1e-9, np.float32)])
            seen[g, x] = g.op("QuantizeLinear", [g.op("Div", [x, largest]), step, zero]), largest
        x, largest = seen[g, x]
        y = g.op("MatMulIntegerToFloat", [x, g.weight(name, q.T), step, g.weight(name + ".scale", s), zero], domain=MS)
        return g.op("Mul", [y, largest])
    return linear


def blocks_linear(parts):
    """8-bit blocks along the inputs (MatMulNBits), activations rounded by block at run time."""
    def linear(g, x, name):
        w = parts.matrices[name]
        outputs, inputs = w.shape
        q, s = quantise_rows(w.reshape(-1, BLOCK))
        q = (q.astype(np.int16) + 128).astype(np.uint8).reshape(outputs, inputs // BLOCK, BLOCK)
        return g.op("MatMulNBits", [x, g.weight(name, q), g.weight(name + ".scale", s)], domain=MS, K=inputs,
                    N=outputs, bits=8, block_size=BLOCK, accuracy_level=4)
    return linear


def forms(parts, ranges):
    """-> {name: (linear, whether 8-bit weights are unfolded at load)}."""
    return {"static": (static_linear(parts, ranges), True), "per row": (per_row_linear(parts), True),
            "8-bit, fused": (dequantised_linear(parts), False), "float32": (dequantised_linear(parts), True),
            f"8-bit blocks of {BLOCK}": (blocks_linear(parts), True)}


def timed(run, inputs):
    began = time.perf_counter()
    run.run(["logits", "new_kv"], inputs)
    return 1000 * (time.perf_counter() - began)


def measure(parts, sessions, past, rounds):
    """Prints milliseconds by form and rows, and each as a multiple of the fastest form's single row."""
    noise = np.random.default_rng(0)
    cache = {k: noise.standard_normal(v.shape).astype(np.float32) for k, v in empty_past(parts, 2 * past).items()}
    inputs = {n: feeds(parts, noise.integers(0, parts.vocabulary, n).tolist(), past, cache) for n in ROWS}
    times = {(name, n): [] for name in sessions for n in ROWS}
    for at in range(rounds + 1):
        for n in ROWS:
            for name, run in sessions.items():
                found = [timed(run, inputs[n]) for _ in range(PASSES)]
                times[name, n] += found[1:] if at else []      # the first round warms up
    figures = {key: np.quantile(values, .1) for key, values in times.items()}
    one = min(figures[name, 1] for name in sessions)
    print("rows".ljust(20), *(f"{n:>13}" for n in ROWS))
    for name in sessions:
        cells = (f"{figures[name, n]:.2f} ({figures[name, n] / one:.2f})" for n in ROWS)
        print(name.ljust(20), *(f"{c:>13}" for c in cells), flush=True)


def main():
    a = check_arguments(("weights", "captions", "codes"), threads=2, past=150, rounds=8, quality=0, pictures=20)
    parts = Parts(a.weights)
    pictures = Pictures(a.captions, a.codes, parts.config["specials"], parts.vocabulary)
    model, ranges = smoothed(a.weights, parts, lambda: calibrate(parts, pictures))
    reference = ReferenceTarget(a.weights)
    prefix = build_prefix("prefix", model, dequantised_linear(model)).model()
    sessions = {}
    for name, (linear, unfolded) in forms(model, ranges).items():
        graph = build_target("target", model, linear).model()
        sessions[name] = session(graph, a.threads, unfolded)
        if a.quality:
            run = Checked(model, graph, prefix)
            run.target = sessions[name]
            quality(name, run, pictures, reference, pictures.choose(pictures.held, a.pictures))
    measure(model, sessions, a.past, a.rounds)


if __name__ == "__main__":
    main()

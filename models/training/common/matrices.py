"""Forms a model's matrices can take in a graph, and smoothing that makes the integer form exact enough.

A model is an object with `matrices` {name: [out, in]}, `norms`, `layers`, `heads`, `kv`, `d`, `ff` and
`input_of(name)`; layer i has the matrices l.i.qkv, l.i.o, l.i.gu (gate, up) and l.i.down, the norms l.i.n1 and l.i.n2.
"""
import copy

import numpy as np

from onnx_graph import MS, quantise_rows

HEAD_SIZE = 64
ALPHA = 0.75            # of SmoothQuant: how much of an input's range moves to the weights


def float_linear(parts, taps=None):
    """x [.., in] -> [.., out] by a float32 matrix; taps: a dict that gets the largest |x| a channel, by matrix."""
    def linear(g, x, name):
        if taps is not None:
            rows = g.op("Reshape", [x, g.ints(-1, parts.matrices[name].shape[1])])
            taps[name] = g.op("ReduceMax", [g.op("Abs", [rows]), g.ints(0)], keepdims=0)
        return g.op("MatMul", [x, g.weight(name, parts.matrices[name].T)])
    return linear


def dequantised_linear(parts):
    """The same by int8 columns that are unfolded to float32."""
    def linear(g, x, name):
        q, s = quantise_rows(parts.matrices[name])
        w = g.op("DequantizeLinear", [g.weight(name, q.T), g.weight(name + ".scale", s)], axis=1)
        return g.op("MatMul", [x, w])
    return linear


def static_linear(parts, ranges):
    """The same in whole numbers: x on a fixed scale, so that a row's result never depends on other rows."""
    seen = {}

    def linear(g, x, name):
        q, s = quantise_rows(parts.matrices[name])
        scale = g.const(ranges[parts.input_of(name)] / 127, np.float32)
        zero = g.const(128, np.uint8)
        if (g, x) not in seen:
            seen[g, x] = g.op("QuantizeLinear", [x, scale, zero])
        weight = g.weight(name, q.T), scale, g.weight(name + ".scale", s), zero
        return g.op("MatMulIntegerToFloat", [seen[g, x], *weight], domain=MS)
    return linear


def smooth_factors(matrix, largest, alpha=ALPHA):
    """matrix [out, in], largest |input| [in] -> factors [in]: weights times, inputs divided by."""
    weight = np.abs(matrix).max(0)
    factor = np.maximum(largest, 1e-5) ** alpha / np.maximum(weight, 1e-5) ** (1 - alpha)
    return np.clip(factor, 1e-4, 1e4).astype(np.float32)


def smooth(parts, ranges):
    """-> (Parts with the factors folded in, {input: its largest |value|})."""
    p, largest = copy.deepcopy(parts), {}
    m, group = p.matrices, p.heads // p.kv
    by_group = lambda a: np.repeat(a.reshape(p.kv, group, HEAD_SIZE).max(1)[:, None], group, 1).reshape(-1)
    for i in range(p.layers):
        at = f"l.{i}."
        for norm, name in (("n1", "qkv"), ("n2", "gu")):
            f = smooth_factors(m[at + name], ranges[at + name])
            m[at + name], p.norms[at + norm] = m[at + name] * f, p.norms[at + norm] / f
            largest[at + name] = float((ranges[at + name] / f).max())
        # o reads values: query heads of a group share theirs, so they share the factors
        f = smooth_factors(by_group(np.abs(m[at + "o"]).max(0))[None], by_group(ranges[at + "o"]))
        m[at + "o"] = m[at + "o"] * f
        m[at + "qkv"][(p.heads + p.kv) * HEAD_SIZE:] /= f.reshape(p.kv, group, HEAD_SIZE)[:, 0].reshape(-1, 1)
        largest[at + "o"] = float((ranges[at + "o"] / f).max())
        f = smooth_factors(m[at + "down"], ranges[at + "down"])
        m[at + "down"] = m[at + "down"] * f
        m[at + "gu"][p.ff:] /= f[:, None]
        largest[at + "down"] = float((ranges[at + "down"] / f).max())
    largest["head"] = float(ranges["head"].max())
    return p, largest

"""Forms a model's matrices can take in a graph, and smoothing that makes the integer form exact enough.

A model is an object with `matrices` {name: [out, in]}, `norms`, `layers`, `heads`, `kv`, `d`, `ff` and
`input_of(name)`; layer i has the matrices l.i.qkv, l.i.o, l.i.gu (gate, up) and l.i.down, the norms l.i.n1 and l.i.n2.
"""
import copy

import numpy as np

from onnx_graph import FLOAT, MS, quantise_rows

HEAD_SIZE = 64
ALPHA = 0.75            # of SmoothQuant: how much of an input's range moves to the weights
BYTE_ZERO = 128         # what MatMulNBits takes for 0 in bytes
BLOCK = 32              # inputs that share a scale


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


def quantise_blocks(w, size=BLOCK):
    """Matrix [N, K] -> int8 [N, K / size, size] and fp16 scales [N, K / size]."""
    blocks = w.reshape(len(w), -1, size)
    scale = (np.abs(blocks).max(-1) / 127).astype(np.float16)
    scale[scale == 0] = 1
    return np.clip(np.round(blocks / scale[..., None].astype(np.float32)), -127, 127).astype(np.int8), scale


def block_matrix(g, name, q, scale):
    """-> bytes [N, blocks, size] and float32 scales [N, blocks]; both graphs of a file share what is stored."""
    if name not in g.blocks:
        numbers = g.weight(name, (q.astype(np.int16) + BYTE_ZERO).astype(np.uint8))
        g.blocks[name] = numbers, g.op("Cast", [g.weight(name + ".scale", scale)], to=FLOAT)
    return g.blocks[name]


def blocks_of(parts, name):
    """-> name, int8 blocks and scales. A head that is the embedding is stored once, as it came."""
    if name == "head" and hasattr(parts, "numbers"):
        return "embedding", parts.numbers, parts.scales
    return name, *quantise_blocks(parts.matrices[name])


def block_linear(parts, level=4):
    """x [.., in] -> [.., out] by bytes with a scale a block; a row's own inputs are rounded to bytes, too (level 4)."""
    def linear(g, x, name):
        own, q, s = blocks_of(parts, name)
        numbers, scale = block_matrix(g, own, q, s)
        n, blocks, size = q.shape
        scale = g.op("Reshape", [scale, g.ints(-1)])
        return g.op("MatMulNBits", [x, numbers, scale], domain=MS, K=blocks * size, N=n, bits=8, block_size=size,
                    accuracy_level=level)
    return linear


def unfolded_block_linear(parts):
    """The same weights as float32: the nodes that unfold them are done once, when the graph is opened."""
    def linear(g, x, name):
        numbers, scale = block_matrix(g, *blocks_of(parts, name))
        w = g.op("Sub", [g.op("Cast", [numbers], to=FLOAT), g.const(BYTE_ZERO, np.float32)])
        w = g.op("Mul", [w, g.op("Unsqueeze", [scale, g.ints(-1)])])
        w = g.op("Reshape", [w, g.ints(len(parts.matrices[name]), -1)])
        return g.op("MatMul", [x, g.op("Transpose", [w], perm=[1, 0])])
    return linear


def smooth_factors(matrix, largest, alpha=ALPHA):
    """matrix [out, in], largest |input| [in] -> factors [in]: weights times, inputs divided by."""
    weight = np.abs(matrix).max(0)
    factor = np.maximum(largest, 1e-5) ** alpha / np.maximum(weight, 1e-5) ** (1 - alpha)
    return np.clip(factor, 1e-4, 1e4).astype(np.float32)


def smooth(parts, ranges, alpha=ALPHA):
    """-> (Parts with the factors folded in, {input: its largest |value|})."""
    p, largest = copy.deepcopy(parts), {}
    m, group = p.matrices, p.heads // p.kv
    by_group = lambda a: np.repeat(a.reshape(p.kv, group, HEAD_SIZE).max(1)[:, None], group, 1).reshape(-1)
    for i in range(p.layers):
        at = f"l.{i}."
        for norm, name in (("n1", "qkv"), ("n2", "gu")):
            f = smooth_factors(m[at + name], ranges[at + name], alpha)
            m[at + name], p.norms[at + norm] = m[at + name] * f, p.norms[at + norm] / f
            largest[at + name] = float((ranges[at + name] / f).max())
        # o reads values: query heads of a group share theirs, so they share the factors
        f = smooth_factors(by_group(np.abs(m[at + "o"]).max(0))[None], by_group(ranges[at + "o"]), alpha)
        m[at + "o"] = m[at + "o"] * f
        m[at + "qkv"][(p.heads + p.kv) * HEAD_SIZE:] /= f.reshape(p.kv, group, HEAD_SIZE)[:, 0].reshape(-1, 1)
        largest[at + "o"] = float((ranges[at + "o"] / f).max())
        f = smooth_factors(m[at + "down"], ranges[at + "down"], alpha)
        m[at + "down"] = m[at + "down"] * f
        m[at + "gu"][p.ff:] /= f[:, None]
        largest[at + "down"] = float((ranges[at + "down"] / f).max())
    largest["head"] = float(ranges["head"].max())
    return p, largest

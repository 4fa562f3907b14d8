"""Layers that several graphs share: linear, norm, convolutions along time, and the Fourier matrix."""
import math

import numpy as np

import shared  # noqa: F401
from onnx_graph import FLOAT, MS, Graph, quantise_rows

QUANTISED = 20000       # entries; smaller matrices stay float16


class Layers:
    """A graph and a state dict of numpy arrays; x is [1, T, d] everywhere.

    In the file big matrices are int8 columns (where `quantised`), the others and all kernels float16; vectors that
    are scaled are float32. What depends on weights only is folded to float32 when a session is made.
    """

    def __init__(self, name, weights, quantised=True, exact=()):
        """exact: parts of the names of matrices that stay float16."""
        self.g, self.w, self.quantised, self.kept = Graph(name), weights, quantised, exact

    def half(self, name, array):
        return self.g.op("Cast", [self.g.weight(name, np.asarray(array, np.float16))], to=FLOAT)

    def tensor(self, name):
        return self.half(name, self.w[name])

    def vector(self, name, factor=1.0):
        return self.g.weight(name, (self.w[name] * factor).astype(np.float32))

    def matrix(self, name, factors=None):
        """Weight [out, in] -> [in, out] for MatMul; factors: of the outputs."""
        w = self.w[name]
        if not self.quantised or w.size < QUANTISED or any(e in name for e in self.kept):
            return self.half(name, w.T if factors is None else w.T * factors)
        q, s = quantise_rows(w)
        s = s if factors is None else s * factors
        return self.g.op("DequantizeLinear", [self.g.weight(name, q.T), self.g.weight(name + ".scale", s)], axis=1)

    def linear(self, x, name):
        x = self.g.op("MatMul", [x, self.matrix(name + ".weight")])
        return self.g.op("Add", [x, self.vector(name + ".bias")])

    def norm(self, x, name):
        return self.g.op("LayerNormalization", [x, self.vector(name + ".weight"), self.vector(name + ".bias")],
                         axis=-1, epsilon=1e-5)

    def conv(self, x, name, groups=1):
        """Convolution along time, as long as before."""
        g, width = self.g, self.w[name + ".weight"].shape[-1]
        y = g.op("Transpose", [x], perm=[0, 2, 1])
        y = g.op("Conv", [y, self.tensor(name + ".weight"), self.vector(name + ".bias")], group=groups,
                 kernel_shape=[width], pads=[width // 2] * 2)
        return g.op("Transpose", [y], perm=[0, 2, 1])

    def convnext(self, x, p):
        """x + the block's output; the block's scale is part of its second matrix."""
        g, scale = self.g, self.w[p + "g"]
        y = self.norm(self.conv(x, p + "dw", len(scale)), p + "n")
        y = g.op("MatMul", [y, self.matrix(p + "a.weight")])
        y = g.op("FastGelu", [y, self.vector(p + "a.bias")], domain=MS)
        y = g.op("MatMul", [y, self.matrix(p + "b.weight", scale)])
        return g.op("Add", [x, g.op("Add", [y, self.vector(p + "b.bias", scale)])])

    def convnexts(self, x, p):
        """p.0, p.1, ... one after another."""
        for i in range(self.count(p)):
            x = self.convnext(x, f"{p}.{i}.")
        return x

    def count(self, p):
        """How many modules of a list p.0, p.1, ... there are."""
        return len({k[len(p) + 1:].split(".")[0] for k in self.w if k.startswith(p + ".")})

    def fourier(self, n, weight, window):
        """cos and -sin of 2 pi k t / n, from a table of one turn -> [bins, n] each.

        weight: [bins, 1] or a number, of a frequency k; window: [1, n], of a time t.
        """
        g, turn = self.g, 2 * math.pi * np.arange(n) / n
        place = g.op("Mul", [g.const(np.arange(n // 2 + 1)[:, None]), g.const(np.arange(n)[None])])
        place = g.op("Mod", [place, g.ints(n)])
        window, weight = g.const(window, np.float32), g.const(weight, np.float32)
        return [g.op("Mul", [g.op("Mul", [g.op("Gather", [g.const(table, np.float32), place]), weight]), window])
                for table in (np.cos(turn), -np.sin(turn))]

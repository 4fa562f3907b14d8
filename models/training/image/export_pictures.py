"""decoder.onnx: tokens int64 [N, 16, 16] -> pixels uint8 [N, 256, 256, 3].
encoder.onnx: pixels uint8 [N, 128, 128, 3] -> tokens int64 [N, 256].

Both are chains of modules net.0, net.1, ...; which module it is, its weights tell. BatchNorm is folded into the
convolution before it. In the files a kernel is int8 with a scale for each output, or float16.
"""
import os

import numpy as np

import shared  # noqa: F401
from export_model import read_json
from int8_weights import read_int8
from onnx_graph import FLOAT, INT64, MS, Graph, quantise_rows

BATCH_NORM_EPSILON = 1e-5
WHITE = 250             # a pixel all of whose channels reach this counts as white, as in training
FSQ_MARGIN = 1e-3


class Net:
    """A graph and the weights of a chain of modules; x is [N, C, H, W]."""

    def __init__(self, name, weights, eight_bit):
        self.g, self.w, self.eight_bit = Graph(name), weights, eight_bit
        self.last = max(int(k.split(".")[1]) for k in weights)

    def kernel(self, name, array):
        """Folded to float32 when a session is made, as it depends on weights only."""
        if not self.eight_bit:
            return self.g.op("Cast", [self.g.weight(name, array.astype(np.float16))], to=FLOAT)
        q, s = quantise_rows(array.reshape(len(array), -1))
        q = self.g.op("Cast", [self.g.weight(name, q.reshape(array.shape))], to=FLOAT)
        return self.g.op("Mul", [q, self.g.weight(name + ".scale", s[:, None, None, None])])

    def folded(self, name, scale=1.0, shift=0.0, after=None):
        """-> kernel, bias. scale, shift: of the outputs; after: the name of a BatchNorm that follows."""
        w = self.w[name + ".weight"].astype(np.float64)
        b = self.w.get(name + ".bias", np.zeros(len(w))).astype(np.float64)
        if after is not None:
            mean, var, gain, bias = (self.w[f"{after}.{k}"].astype(np.float64)
                                     for k in ("running_mean", "running_var", "weight", "bias"))
            scale = gain / np.sqrt(var + BATCH_NORM_EPSILON)
            shift = bias - mean * scale
        return w * np.reshape(scale, (-1, 1, 1, 1)), b * scale + shift

    def conv(self, x, name, stride=1, **outputs):
        w, b = self.folded(name, **outputs)
        pad = w.shape[-1] // 2 if stride == 1 else 0
        return self.g.op("Conv", [x, self.kernel(name, w), self.g.weight(name + ".shift", b.astype(np.float32))],
                         kernel_shape=w.shape[2:], pads=[pad] * 4, strides=[stride] * 2)

    def silu(self, x):
        return self.g.op("QuickGelu", [x], domain=MS, alpha=1.0)

    def residual(self, x, name):
        y = self.conv(self.silu(x), name + ".c1", after=name + ".bn")
        return self.add(x, self.conv(self.silu(y), name + ".c2"))

    def add(self, x, y):
        return self.g.op("Add", [x, y])

    def up(self, x, name):
        """A convolution whose channels become places."""
        return self.spread(self.conv(x, name))

    def chain(self, x, strides, last):
        """The modules one after another; strides: by module; last: arguments of the last convolution."""
        for i in range(self.last + 1):
            name = f"net.{i}"
            if f"{name}.c1.weight" in self.w:
                x = self.residual(x, name)
            elif f"{name}.0.weight" in self.w:
                x = self.up(x, name + ".0")
            elif f"{name}.weight" in self.w:
                x = self.conv(x, name, strides.get(i, 1), **(last if i == self.last else {}))
            else:
                x = self.silu(x)
        return x

    def spread(self, x):
        return self.g.op("DepthToSpace", [x], blocksize=2, mode="CRD")


class Codebook:
    """Finite scalar quantisation: a token's digits, the lowest first."""

    def __init__(self, config):
        self.levels = np.array(config["fsq_levels"])
        self.basis = np.r_[1, np.cumprod(self.levels[:-1])]
        self.half = self.levels // 2

    def numbers(self, g, tokens):
        """[N, H, W] -> [N, digits, H, W], between -1 and 1."""
        column = lambda a: g.const(a[:, None, None], np.int64)
        x = g.op("Div", [g.op("Unsqueeze", [tokens, g.ints(1)]), column(self.basis)])
        x = g.op("Cast", [g.op("Mod", [x, column(self.levels)])], to=FLOAT)
        half = g.const(self.half[:, None, None], np.float32)
        return g.op("Div", [g.op("Sub", [x, half]), half])

    def digits(self, tokens):
        """The same of an array [N, H, W], at once."""
        places = (-1, 1, 1)
        levels, half, basis = (a.reshape(places) for a in (self.levels, self.half, self.basis))
        return (tokens[:, None] // basis % levels - half) / half

    def tokens(self, g, x):
        """[N, digits, H, W] -> [N, H * W]."""
        column = lambda a: g.const(a[:, None, None], np.float32)
        reach = (self.levels - 1) * (1 + FSQ_MARGIN) / 2
        offset = np.where(self.levels % 2 == 0, 0.5, 0)
        x = g.op("Tanh", [g.op("Add", [x, column(np.arctanh(offset / reach))])])
        x = g.op("Round", [g.op("Sub", [g.op("Mul", [x, column(reach)]), column(offset)])])
        x = g.op("Mul", [g.op("Add", [x, column(self.half)]), column(self.basis)])
        x = g.op("Cast", [g.op("ReduceSum", [x, g.ints(1)], keepdims=0)], to=INT64)
        return g.op("Reshape", [x, g.ints(0, -1)])


def build_decoder(weights, config, eight_bit=True):
    net = Net("decoder", weights, eight_bit)
    g, (rows, columns), (height, width) = net.g, config["tokens"], config["picture"]
    x = Codebook(config).numbers(g, g.input("tokens", INT64, ["N", rows, columns]))
    # -1 ... 1 becomes 0 ... 255, with a half more as Cast rounds down
    x = net.spread(net.chain(x, {}, dict(scale=127.5, shift=128.0)))
    x = g.op("Clip", [x, g.const(0, np.float32), g.const(255, np.float32)])
    x = g.op("Cast", [x], to=2)
    g.output(g.op("Transpose", [x], ["pixels"], perm=[0, 2, 3, 1]), 2, ["N", height, width, 3])
    return g


def build_encoder(weights, config, eight_bit=False):
    net = Net("encoder", weights, eight_bit)
    g, (height, width) = net.g, (s // 2 for s in config["picture"])
    pixels = g.input("pixels", 2, ["N", height, width, 3])
    x = g.op("Cast", [g.op("Transpose", [pixels], perm=[0, 3, 1, 2])], to=FLOAT)
    darkest = g.op("ReduceMin", [x, g.ints(1)], keepdims=1)
    white = g.op("GreaterOrEqual", [darkest, g.const(WHITE, np.float32)])
    x = g.op("Where", [white, g.const(255, np.float32), x])
    x = g.op("Sub", [g.op("Div", [x, g.const(127.5, np.float32)]), g.const(1, np.float32)])
    kernels = {i: w.shape[-1] for i in range(net.last + 1) if (w := weights.get(f"net.{i}.weight")) is not None}
    x = net.chain(x, kernels, {})       # patches don't overlap: a kernel's width is its stride
    g.name_as(Codebook(config).tokens(g, x), "tokens")
    g.output("tokens", INT64, ["N", "T"])
    return g


def export_encoder(folder, out):
    """-> encoder's section of model.json, or None."""
    path, config = os.path.join(folder, "tok_enc.npz"), read_json(folder, "config.json")
    if not os.path.exists(path):
        return None
    build_encoder(read_int8(path), config).save(f"{out}/encoder.onnx")
    height, width = (s // 2 for s in config["picture"])
    return dict(graph="encoder.onnx", width=width, height=height)

"""The decoder in whole numbers: inputs and outputs of convolutions uint8 on fixed scales, kernels int8.

Between them, SiLU and sums stay float. Calibration runs the float and the rounded decoder side by side on some
pictures, one convolution after another: it sets the scales, and moves each bias so that rounding leaves the mean of a
channel as it was. Without that the blank ground, most of a picture, would get the same error all over.
"""
import itertools
from collections import namedtuple

import numpy as np
import torch
import torch.nn.functional as F

import shared  # noqa: F401
from export_model import read_json
from export_parts import read_codes
from export_pictures import Codebook, Net, build_decoder
from int8_weights import read_int8
from onnx_graph import INT64, MS, quantise_rows

LEVELS = 255
PICTURES = 60                       # for calibration
SHARES = 1, .95, .9                 # of the range seen to either side that may be kept; the rest saturates
SILU_LEAST = -.3                    # SiLU ends at -.278, where many values lie: that side is kept whole
SAMPLE = 100_000                    # values by which a range is judged
OUTPUTS = dict(scale=127.5, shift=127.5)    # of the last convolution: -1 ... 1 becomes 0 ... 255
FIRST = "net.0"                     # stays float: hardly any work

Scale = namedtuple("Scale", "step zero")
PIXELS = Scale(1.0, 0)
Layer = namedtuple("Layer", "input output kernel steps bias")   # Scale, Scale, int8, by output: float32, float64


def round_to(x, scale):
    """x as uint8 on a scale would keep it."""
    return ((x / scale.step).round_() + scale.zero).clamp_(0, LEVELS).sub_(scale.zero).mul_(scale.step)


def best_scale(x):
    """The scale that keeps x with the least error, zero exactly; large values may saturate a little."""
    low, high = min(x.min().item(), 0.0), max(x.max().item(), 0.0)
    x = x.flatten()
    x = x[torch.randint(len(x), (SAMPLE,), generator=torch.Generator().manual_seed(0))]
    scales = []
    for below, above in itertools.product((1,) if low >= SILU_LEAST else SHARES, SHARES):
        step = float(np.float32((high * above - low * below) / LEVELS))
        scales.append(Scale(step, round(-low * below / step)))
    return min(scales, key=lambda s: (round_to(x, s) - x).square().mean().item())


class Calibration(Net):
    """Walks the modules with pairs [exact, rounded] of values instead of a graph; leaves a Layer for each."""

    def __init__(self, weights):
        super().__init__("calibration", weights, True)
        self.layers = {}

    def conv(self, x, name, stride=1, **outputs):
        w, bias = self.folded(name, **outputs)
        convolve = lambda x, w: F.conv2d(x, torch.from_numpy(w.astype(np.float32)), padding=w.shape[-1] // 2)
        column = lambda b: torch.from_numpy(b.astype(np.float32))[:, None, None]
        exact = convolve(x[0], w).add_(column(bias))
        if name == FIRST:
            return [exact, exact.clone()]
        q, steps = quantise_rows(w.reshape(len(w), -1))
        q = q.reshape(w.shape)
        scale = best_scale(x[0])
        rounded = convolve(round_to(x[1], scale), q * steps[:, None, None, None])
        bias = (exact.mean((0, 2, 3), dtype=torch.float64) - rounded.mean((0, 2, 3), dtype=torch.float64)).numpy()
        target = PIXELS if outputs == OUTPUTS else best_scale(exact)
        self.layers[name] = Layer(scale, target, q, steps, bias)
        return [exact, round_to(rounded.add_(column(bias)), target)]

    def silu(self, x):
        return [F.silu(v) for v in x]

    def add(self, x, y):
        return [a + b for a, b in zip(x, y)]

    def spread(self, x):
        return [F.pixel_shuffle(v, 2) for v in x]


@torch.no_grad()
def calibrate(weights, codebook, grids):
    """grids: tokens [N, rows, columns] -> {name: Layer}."""
    run = Calibration(weights)
    x = torch.from_numpy(codebook.digits(grids).astype(np.float32))
    run.chain([x, x], {}, OUTPUTS)
    return run.layers


class IntegerNet(Net):
    """The same chain with channels last."""

    def __init__(self, weights, layers, size):
        super().__init__("decoder", weights, True)
        self.layers, self.size = layers, size       # size: rows and columns at present

    def whole_conv(self, x, name, by_place=False):
        """Float x -> uint8. by_place: channels [channel, 2, 2] become [2, 2, channel]."""
        g, layer = self.g, self.layers[name]
        q, steps, bias = layer[2:]
        if by_place:
            order = np.arange(len(q)).reshape(-1, 4).T.flatten()
            q, steps, bias = q[order], steps[order], bias[order]
        bias = np.round(bias / (steps.astype(np.float64) * layer.input.step)).astype(np.int32)
        (step, zero), output = self.scale(layer.input), self.scale(layer.output)
        inputs = [g.op("QuantizeLinear", [x, step, zero]), step, zero, g.weight(name, q),
                  g.weight(name + ".scale", steps), g.const(np.zeros(len(q)), np.int8), *output,
                  g.weight(name + ".shift", bias)]
        return g.op("QLinearConv", inputs, domain=MS, channels_last=1, kernel_shape=q.shape[2:],
                    pads=[q.shape[-1] // 2] * 4)

    def scale(self, scale):
        return [self.g.const(scale.step, np.float32), self.g.const(scale.zero, np.uint8)]

    def float(self, x, name):
        return self.g.op("DequantizeLinear", [x, *self.scale(self.layers[name].output)])

    def conv(self, x, name, stride=1, **outputs):
        if name == FIRST:
            return self.g.op("Transpose", [super().conv(x, name)], perm=[0, 2, 3, 1])
        if outputs == OUTPUTS:
            return self.spread(self.whole_conv(x, name, by_place=True))
        return self.float(self.whole_conv(x, name), name)

    def up(self, x, name):
        return self.float(self.spread(self.whole_conv(x, name, by_place=True)), name)

    def spread(self, x):
        """[N, H, W, 2 * 2 * C] -> [N, 2 * H, 2 * W, C]: moves rows of 2 * C bytes."""
        g = self.g
        x = g.op("Transpose", [g.op("Reshape", [x, g.ints(0, 0, 0, 2, -1)])], perm=[0, 1, 3, 2, 4])
        self.size = [2 * s for s in self.size]
        return g.op("Reshape", [x, g.ints(0, *self.size, -1)])


def calibration_grids(config, path):
    """Some of the pictures of a file, evenly spread, and a blank one -> [N, rows, columns]."""
    codes = read_codes(path).reshape(-1, np.prod(config["tokens"]))
    some = codes[np.linspace(0, len(codes) - 1, min(PICTURES, len(codes))).astype(int)]
    return np.concatenate([some, np.full_like(some[:1], config["white"])]).reshape(-1, *config["tokens"])


def build_integer_decoder(weights, config, codes):
    """codes: a file with tokens of pictures: .npy, .npz or .xz."""
    (rows, columns), (height, width) = config["tokens"], config["picture"]
    codebook = Codebook(config)
    layers = calibrate(weights, codebook, calibration_grids(config, codes))
    net = IntegerNet(weights, layers, (rows, columns))
    g = net.g
    x = codebook.numbers(g, g.input("tokens", INT64, ["N", rows, columns]))
    g.name_as(net.chain(x, {}, OUTPUTS), "pixels")
    g.output("pixels", 2, ["N", height, width, 3])
    return g


def export_decoder(folder, out, codes=None):
    """-> decoder's section of model.json. Without tokens of pictures (see build_integer_decoder) it stays float."""
    weights, config = read_int8(f"{folder}/tok_dec.npz"), read_json(folder, "config.json")
    graph = build_integer_decoder(weights, config, codes) if codes else build_decoder(weights, config)
    graph.save(f"{out}/decoder.onnx")
    return dict(graph="decoder.onnx")

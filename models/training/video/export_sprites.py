"""decoder.onnx: codes int64 [N, 13, 13] -> premultiplied RGBA uint8 [N, 208, 208, 4], colours at most alpha.
encoder.onnx: premultiplied RGBA uint8 [N, 104, 104, 4] -> codes int64 [N, 13, 13].

Chains of the picture model's modules; the decoder is in whole numbers, see ../image/export_integer.py.
"""
import numpy as np

import shared  # noqa: F401
from export_integer import OUTPUTS, IntegerNet, calibrate
from export_pictures import Codebook, Net
from int8_weights import read_int8
from layout import CANVAS, LEVELS, SIDE
from onnx_graph import FLOAT, INT32, INT64

UINT8 = 2
FAINT = 8               # pixels of less alpha count as empty
WIDE = 16               # pixels of a decoded token
FRAMES = 120            # for calibration
CLEAR, OPAQUE = 3, 250  # alphas up to and from here are taken for 0 and 255
ALPHAS = np.clip(np.round((np.arange(256) - CLEAR) * 255 / (OPAQUE - CLEAR)), 0, 255)


class Grid(Codebook):
    def __init__(self):
        super().__init__(dict(fsq_levels=LEVELS))


def seen_tokens(g, tokens, empty):
    """Where there is something, as bool [N, 208, 208, 1]."""
    seen = g.op("Not", [g.op("Equal", [tokens, g.const(empty, np.int64)])])
    seen = g.op("Reshape", [seen, g.ints(-1, SIDE, 1, SIDE, 1)])
    return g.op("Reshape", [g.op("Expand", [seen, g.ints(1, 1, WIDE, 1, WIDE)]), g.ints(-1, SIDE * WIDE, SIDE * WIDE, 1)])


def cleaned(g, pixels, seen):
    """uint8 [N, H, W, 4]: nothing in empty tokens, almost clear and almost opaque made whole, no colour above alpha."""
    colours, alpha = g.op("Split", [pixels, g.ints(3, 1)], 2, axis=-1)
    alpha = g.op("Gather", [g.const(ALPHAS, np.uint8), g.op("Cast", [alpha], to=INT32)])
    alpha = g.op("Where", [seen, alpha, g.const(0, np.uint8)])
    over = g.op("Greater", [colours, alpha])
    return g.op("Concat", [g.op("Where", [over, alpha, colours]), alpha], ["pixels"], axis=-1)


def some_frames(grids, empty):
    """Grids for calibration: of those evenly spread, the ones with most in them."""
    some = grids[np.linspace(0, len(grids) - 1, min(3 * FRAMES, len(grids))).astype(int)]
    return some[np.argsort((some == empty).sum((1, 2)), kind="stable")[:FRAMES]]


def build_decoder(weights, grids, empty):
    """grids: codes [n, 13, 13] by which the scales are set."""
    codebook = Grid()
    net = IntegerNet(weights, calibrate(weights, codebook, grids), (SIDE, SIDE))
    g = net.g
    tokens = g.input("tokens", INT64, ["N", SIDE, SIDE])
    pixels = net.chain(codebook.numbers(g, tokens), {}, OUTPUTS)
    g.output(cleaned(g, pixels, seen_tokens(g, tokens, empty)), UINT8, ["N", SIDE * WIDE, SIDE * WIDE, 4])
    return g


def build_encoder(weights):
    net = Net("encoder", weights, eight_bit=False)
    g = net.g
    x = g.op("Transpose", [g.input("pixels", UINT8, ["N", CANVAS, CANVAS, 4])], perm=[0, 3, 1, 2])
    x = g.op("Cast", [x], to=FLOAT)
    seen = g.op("GreaterOrEqual", [g.op("Slice", [x, g.ints(3), g.ints(4), g.ints(1)]), g.const(FAINT, np.float32)])
    x = g.op("Where", [seen, x, g.const(0, np.float32)])
    x = g.op("Sub", [g.op("Div", [x, g.const(127.5, np.float32)]), g.const(1, np.float32)])
    kernels = {i: w.shape[-1] for i in range(net.last + 1) if (w := weights.get(f"net.{i}.weight")) is not None}
    x = net.chain(x, kernels, {})       # patches don't overlap: a kernel's width is its stride
    codes = Grid().tokens(g, x)
    g.output(g.op("Reshape", [codes, g.ints(-1, SIDE, SIDE)], ["tokens"]), INT64, ["N", SIDE, SIDE])
    return g


def export_decoder(folder, out, grids, empty):
    build_decoder(read_int8(f"{folder}/tok_dec.npz"), some_frames(grids, empty), empty).save(f"{out}/decoder.onnx")
    return dict(graph="decoder.onnx", width=SIDE * WIDE, height=SIDE * WIDE)


def export_encoder(folder, out):
    build_encoder(read_int8(f"{folder}/tok_enc.npz")).save(f"{out}/encoder.onnx")
    return dict(graph="encoder.onnx", width=CANVAS, height=CANVAS)

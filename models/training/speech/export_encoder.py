"""encoder.onnx: wave float [1, N], N a multiple of 768 -> units int64 [1, N / 768]; K is silence.

STFT as one matrix, log mel, ConvNeXt layers. The wave may be as loud as the decoder's: it is brought to the
loudness of training first.
"""
import math
import os

import numpy as np

import shared  # noqa: F401
from export_decoder import loudness
from export_layers import Layers
from int8_weights import read_int8
from onnx_graph import FLOAT, INT64
from vocoder import FRAMES, HOP, mel_filters

SIZE, MELS, FLOOR = 1024, 80, 5e-4      # as vocoder.Mel(1024, HOP, 80)


class EncoderGraph(Layers):
    def __init__(self, weights, gain):
        super().__init__("encoder", weights)
        self.gain = gain

    def frames(self, wave):
        """[1, N] -> [N / 256, 1024], centred at 256 t + 128."""
        g, edge, q = self.g, (SIZE - HOP) // 2, SIZE // HOP
        blocks = g.op("Reshape", [g.op("Pad", [wave, g.ints(0, edge, 0, edge)]), g.ints(-1, HOP)])
        parts = [g.op("Slice", [blocks, g.ints(j), g.ints(j - q + 1 or 2 ** 31), g.ints(0)]) for j in range(q)]
        return g.op("Concat", parts, axis=1)

    def log_mel(self, wave):
        """[1, N] -> [N / 256, 80]."""
        g = self.g
        window = np.hanning(SIZE + 1)[None, :-1] / math.sqrt(SIZE) * self.gain
        frames = self.frames(wave)
        squares = []
        for basis in self.fourier(SIZE, 1, window):
            x = g.op("MatMul", [frames, g.op("Transpose", [basis], perm=[1, 0])])
            squares.append(g.op("Mul", [x, x]))
        m = g.op("Sqrt", [g.op("Add", squares)])
        m = g.op("MatMul", [m, g.weight("mel", mel_filters(SIZE, MELS).numpy().T)])
        m = g.op("Log", [g.op("Add", [m, g.const(FLOOR, np.float32)])])
        return g.op("Mul", [m, g.const(1 / math.log(10), np.float32)])

    def build(self):
        g = self.g
        m = self.log_mel(g.input("wave", FLOAT, [1, "N"]))
        m = g.op("Mul", [g.op("Sub", [m, self.vector("mean")]), self.vector("scale")])
        x = self.linear(g.op("Reshape", [m, g.ints(1, -1, MELS * FRAMES)]), "i")
        x = self.linear(self.norm(self.convnexts(x, "l"), "dn"), "o")
        g.op("ArgMax", [x], ["units"], axis=-1, keepdims=0)
        g.output("units", INT64, [1, "T"])
        return g


def export_encoder(work, out):
    """-> encoder's section of model.json, or None."""
    path = os.path.join(work, "listen.npz")
    if not os.path.exists(path):
        return None
    weights = read_int8(path)
    EncoderGraph(weights, 1 / (loudness(work) or 1)).build().save(f"{out}/encoder.onnx")
    return dict(graph="encoder.onnx")

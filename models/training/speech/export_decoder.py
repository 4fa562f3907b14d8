"""decoder.onnx: units int64 [1, T] -> wave float [1, 768 T], between -1 and 1.

ConvNeXt layers at the unit and the frame rate, log-magnitude and phase, inverse STFT as one matrix.
"""
import functools
import math
import os

import numpy as np
import torch

import shared  # noqa: F401
from export_layers import Layers
from export_target import Sentences
from onnx_graph import FLOAT, INT64
from vocoder import CELL, HOP, load_decoder

PADDING = 8             # units of silence around a sentence, as in training
MEASURED = 100          # sentences whose loudness sets the gain
PEAK = 0.95


class DecoderGraph(Layers):
    def __init__(self, model, gain=1.0):
        weights = {k: v.numpy() for k, v in model.state_dict().items()}
        super().__init__("decoder", weights, exact=(".ho.",))
        self.n, self.bins, self.gain = model.VO.n, model.VO.bins, gain

    def features(self, units):
        """[1, T] -> [1, 3 T, d]."""
        g = self.g
        x = self.linear(g.op("Gather", [self.tensor("EM.weight"), units]), "Bk.di")
        x = self.linear(self.convnexts(x, "Bk.d1"), "Bk.up")
        x = g.op("Reshape", [x, g.ints(1, -1, len(self.w["Bk.dn.weight"]))])
        return self.norm(self.convnexts(x, "Bk.d2"), "Bk.dn")

    def basis(self):
        """Inverse real Fourier transform times window and gain, [2 * bins, n]."""
        n = self.n
        weight = np.full((self.bins, 1), 2.0)
        weight[[0, -1]] = 1
        window = np.hanning(n + 1)[None, :-1] / 1.5 * math.sqrt(n) / n * self.gain
        return self.g.op("Concat", self.fourier(n, weight, window), axis=0)

    def spectrum(self, x):
        """[1, F, d] -> real and imaginary parts [1, F, 2 * bins]."""
        g, one = self.g, lambda v: self.g.const(v, np.float32)
        m, a, b = g.op("Split", [self.linear(x, "VO.ho"), g.ints(*[self.bins] * 3)], 3, axis=-1)
        m = g.op("Exp", [g.op("Min", [g.op("Sub", [m, one(3)]), one(6)])])
        size = g.op("Add", [g.op("Mul", [a, a]), g.op("Mul", [b, b])])
        r = g.op("Div", [m, g.op("Sqrt", [g.op("Add", [size, one(1e-6)])])])
        return g.op("Concat", [g.op("Mul", [a, r]), g.op("Mul", [b, r])], axis=-1)

    def overlap_add(self, frames):
        """[1, F, n] -> [1, 256 F]."""
        g, q, edge = self.g, self.n // HOP, (self.n - HOP) // 2
        parts = g.op("Split", [frames, g.ints(*[HOP] * q)], q, axis=-1)
        parts = [g.op("Pad", [p, g.ints(0, j, 0, 0, q - 1 - j, 0)]) for j, p in enumerate(parts)]
        y = g.op("Reshape", [g.op("Sum", parts), g.ints(1, -1)])
        return g.op("Slice", [y, g.ints(edge), g.ints(-edge), g.ints(1)])

    def build(self):
        g = self.g
        x = self.linear(self.features(g.input("units", INT64, [1, "T"])), "VO.i")
        x = self.norm(self.convnexts(x, "VO.l"), "VO.dn")
        y = self.overlap_add(g.op("MatMul", [self.spectrum(x), self.basis()]))
        g.op("Clip", [y, g.const(-1, np.float32), g.const(1, np.float32)], ["wave"])
        g.output("wave", FLOAT, [1, "N"])
        return g


def padded(units, k):
    return np.r_[[k] * PADDING, units, [k] * PADDING].astype(np.int64)


@torch.no_grad()
def render(model, units, k):
    """One sentence by the torch model -> wave without the padding, at the loudness of training."""
    return model(torch.from_numpy(padded(units, k))[None])[0, PADDING * CELL:-PADDING * CELL].numpy()


@functools.lru_cache
def loudness(work):
    """The constant for which the loudest of the held sentences peaks at PEAK (None without a decoder)."""
    path = os.path.join(work, "decoder.npz")
    if not os.path.exists(path):
        return None
    sentences = Sentences(work)
    model = load_decoder(path, sentences.codes).eval()
    waves = [np.abs(render(model, sentences.units(i), sentences.K)) for i in sentences.choose(1, MEASURED)]
    samples = np.concatenate(waves)
    gain = PEAK / float(max(w.max() for w in waves))
    peaks = np.quantile([w.max() * gain for w in waves], [0, .1, .5, .9, 1]).round(3)
    print(f"decoder: gain {gain:.4f}; {(samples * gain > 1).mean():.6f} of the samples are clipped; "
          f"peaks of sentences (0, 10, 50, 90, 100 %) {peaks}")
    return gain


@torch.no_grad()
def field(model, T=64):
    """How many units behind and ahead of a changed unit the wave changes, in float64."""
    random, codes = np.random.default_rng(0), model.EM.num_embeddings - 1
    left = right = 0
    model.double()
    for _ in range(3):
        u = torch.from_numpy(random.integers(0, codes, (1, T)))
        v = u.clone()
        v[0, T // 2] = (v[0, T // 2] + 1) % codes
        changed = (model(u) != model(v))[0].view(T, CELL).any(1).nonzero()[:, 0]
        left, right = max(left, T // 2 - int(changed[0])), max(right, int(changed[-1]) - T // 2)
    model.float()
    return left, right


def export_decoder(work, out):
    """-> decoder's section of model.json, or None."""
    gain = loudness(work)
    if gain is None:
        return None
    sentences = Sentences(work)
    model = load_decoder(os.path.join(work, "decoder.npz"), sentences.codes).eval()
    DecoderGraph(model, gain).build().save(f"{out}/decoder.onnx")
    left, right = field(model)
    print(f"decoder: a unit reaches {left} units back and {right} ahead")
    return dict(graph="decoder.onnx", pad=sentences.K, padding=PADDING, context=max(left, right))

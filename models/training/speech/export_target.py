"""target.onnx (whole numbers, for CPUs) and target.float.onnx over one target.bin, and draft.onnx.

Activation ranges come from calibration sentences; SmoothQuant moves range from activations to
weights and is folded into norm weights and the rows of v and up, so both graphs share the same int8 matrices.
"""
import glob
import os

import numpy as np

from export_graph import (HEAD_SIZE, WeightFile, dequantised_linear, feeds, float_linear, session, smooth,
                          static_linear)
from export_lm import Parts, build
from lm import Vocabulary
from weights import load_int8

CONTEXT = 640
SENTENCES = 80


class Sentences:
    """units.npz: training rows [symbols, BEGIN, units, END] of a split (0 train, 1 held)."""

    def __init__(self, work):
        with np.load(os.path.join(work, "units.npz")) as z:
            self.K, self.table, self.codes = int(z["K"]), [str(c) for c in z["table"]], z["codes"]
            self.split = z["split"]
            self.sym, self.u, self.new = z["sym"], z["u"].astype(np.int64), z["new"]
            self.symn, self.n = z["symn"], z["n"]
        self.at, self.sym_at = np.r_[0, np.cumsum(self.n)], np.r_[0, np.cumsum(self.symn)]
        self.vocabulary = Vocabulary(self.K)

    def symbols(self, i):
        return self.sym[self.sym_at[i]:self.sym_at[i + 1]]

    def units(self, i):
        return self.u[self.at[i]:self.at[i + 1]]

    def choose(self, split, n):
        """n sentences of a split, evenly spread."""
        ids = np.nonzero(self.split == split)[0]
        return ids[np.linspace(0, len(ids) - 1, min(n, len(ids))).astype(int)]

    def row(self, i):
        """-> (tokens of the row without END, index of BEGIN)."""
        prompt = self.vocabulary.prompt(self.symbols(i))
        return prompt + self.units(i).tolist(), len(prompt) - 1


def load_parts(work, kind, K):
    """kind: target or draft -> Parts, or None where its file is missing."""
    paths = sorted(glob.glob(f"{work}/target_[0-9].npz")) if kind == "target" else glob.glob(f"{work}/draft.npz")
    if not paths:
        return None
    heads = f"{work}/heads.npz"
    heads = dict(np.load(heads)) if kind == "target" and os.path.exists(heads) else None
    return Parts(load_int8(paths), K, heads)


def calibrate(parts, sentences, n=SENTENCES):
    """Largest |input| a channel of every matrix over n training sentences -> {matrix: [in]}."""
    taps, ranges = {}, {}
    graph = build("calibration", parts, float_linear(parts, taps), taps=taps)
    run = session(graph.model())
    names = [o.name for o in run.get_outputs() if o.name.startswith("max.")]
    for i in sentences.choose(0, n):
        tokens, begin = sentences.row(i)
        values = run.run(names, feeds(parts, tokens, rows=range(begin, len(tokens))))
        for name, value in zip(names, values):
            ranges[name[4:]] = np.maximum(ranges.get(name[4:], 0), value)
    return ranges


def export_target(work, out):
    """-> target's section of model.json, or None."""
    sentences = Sentences(work)
    parts = load_parts(work, "target", sentences.K)
    if parts is None:
        return None
    smoothed, largest = smooth(parts, calibrate(parts, sentences))
    weights = WeightFile(os.path.join(out, "target.bin"))
    build("target", smoothed, static_linear(smoothed, largest), weights).save(f"{out}/target.onnx")
    build("target", smoothed, dequantised_linear(smoothed), weights).save(f"{out}/target.float.onnx")
    weights.save()
    section = dict(graph="target.onnx", float="target.float.onnx", **shape(parts))
    if parts.drafts is not None:
        section["taps"] = {"heads": list(parts.drafts.shape[:2])}
    return section


def export_draft(work, out):
    """-> draft's section of model.json, or None."""
    parts = load_parts(work, "draft", Sentences(work).K)
    if parts is None:
        return None
    build("draft", parts, dequantised_linear(parts)).save(f"{out}/draft.onnx")
    return dict(graph="draft.onnx", **shape(parts))


def shape(parts):
    return dict(layers=parts.layers, keyValueHeads=parts.kv, headSize=HEAD_SIZE, vocabularySize=parts.K + 1,
                contextLength=CONTEXT, exact="chain")

"""target.onnx, target.float.onnx and draft.onnx; calibration sentences give the ranges of the activations."""
import glob
import os

import numpy as np

import shared  # noqa: F401
from export_lm import Parts, build
from int8_weights import read_int8
from lm import Vocabulary
from lm_export import largest_inputs, shape, write_target
from matrices import dequantised_linear, float_linear, smooth
from passes import feeds

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
    return Parts(read_int8(*paths), K, heads)


def calibrate(parts, sentences, n=SENTENCES):
    """Largest |input| a channel of every matrix over n training sentences -> {matrix: [in]}."""
    taps, rows = {}, map(sentences.row, sentences.choose(0, n))
    graph = build("calibration", parts, float_linear(parts, taps), taps=taps)
    return largest_inputs(graph, (feeds(parts, tokens, rows=range(begin, len(tokens))) for tokens, begin in rows))


def export_target(work, out):
    """-> target's section of model.json, or None."""
    sentences = Sentences(work)
    parts = load_parts(work, "target", sentences.K)
    if parts is None:
        return None
    write_target(out, *smooth(parts, calibrate(parts, sentences)), build).save()
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

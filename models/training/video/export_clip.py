"""The target as the graphs use it: sizes, tables and fused matrices, read from what training wrote."""
import glob

import numpy as np

import shared  # noqa: F401
from export_graph import HEAD_SIZE, read_int8
from export_parts import read_json
from layout import FIRST, FRAMES, LENGTH, NONE, SIDE, VOCABULARY

SPARE = 160             # positions behind the last one: drafts may reach over the end
ROPE_BASE = 100.
PAIRS = 12, 10, 10      # of a head's 32 pairs, how many turn by frame, row and column


def with_spare(table):
    return np.concatenate([table, np.repeat(table[-1:], SPARE, 0)])


def coordinates():
    """Frame, row and column of all positions [LENGTH, 3]; prefix and plan lie in frame -2, row -2."""
    early = np.stack([np.full(FIRST, -2), np.full(FIRST, -2), np.arange(FIRST)], 1)
    codes = np.stack(np.meshgrid(np.arange(FRAMES), np.arange(SIDE), np.arange(SIDE), indexing="ij"), -1)
    return np.concatenate([early, codes.reshape(-1, 3)])


def turns():
    """Angles of the 32 pairs of a head at all positions [LENGTH, 32]."""
    places = coordinates()
    return np.concatenate([places[:, axis, None] * ROPE_BASE ** (-np.arange(n) / n) for axis, n in enumerate(PAIRS)], 1)


class Clips:
    """Embedding [V + text, d], lag [V + 1, d], places [LENGTH + SPARE, d], norms, matrices [out, in]; numpy float32."""

    def __init__(self, folder):
        self.config = read_json(folder, "config.json")
        w = read_int8(sorted(glob.glob(f"{folder}/target_[0-9].npz")))
        self.vocabulary, self.length = VOCABULARY, LENGTH
        self.embedding = np.concatenate([w["ie.weight"][:VOCABULARY], w["text"]])
        self.lag, self.places = w["lag.weight"], with_spare(w["pe"])
        assert len(self.lag) == NONE + 1 and len(self.places) == LENGTH + SPARE
        self.d = self.embedding.shape[1]
        self.layers = 1 + max(int(k.split(".")[1]) for k in w if k.startswith("blocks."))
        self.heads, self.kv = (len(w[f"blocks.0.{name}.weight"]) // HEAD_SIZE for name in ("wq", "wk"))
        self.ff = len(w["blocks.0.w1.weight"])
        self.norms, self.matrices = {"nf": w["nf"]}, {"head": w["head.weight"]}
        for i in range(self.layers):
            block = lambda name: w[f"blocks.{i}.{name}"]
            stack = lambda *names: np.concatenate([block(n + ".weight") for n in names])
            p = f"l.{i}."
            self.norms |= {p + name: block(name) for name in ("n1", "n2", "qn", "kn")}
            self.matrices |= {p + "qkv": stack("wq", "wk", "wv"), p + "o": stack("wo"),
                              p + "gu": stack("w1", "w3"), p + "down": stack("w2")}

    def input_of(self, matrix):
        return matrix

    def angles(self):
        return with_spare(turns())


def lagged(tokens):
    """Second inputs for tokens at positions 0 ... : the code of the frame before at the place to be predicted."""
    tokens = np.asarray(tokens)
    at = np.arange(len(tokens)) - (SIDE * SIDE - 1)
    return np.where(at >= FIRST, tokens[np.maximum(at, 0)], NONE)

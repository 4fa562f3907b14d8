"""Target and draft model as ONNX graphs (see ../common/lm_graph.py): one sequence, B = 1, C >= T.

Where the model has heads, one output more: heads float [R, 6 * (K+1)].
"""
import numpy as np

import shared  # noqa: F401
import lm_graph
import lm_parts
from lm_attention import group_query_attention
from matrices import HEAD_SIZE
from onnx_graph import FLOAT, MS

CONTEXT = 640
ROPE_ROWS = 704         # positions in the tables: the longest context and room for drafts behind it
MATRICES = {"qkv": "qkv", "o": "o", "gu": "gu", "down": ("dn",)}


class Parts(lm_parts.Parts):
    """A model of lm.py: its embedding is its output matrix, too."""
    epsilon, batched, length = 1e-5, False, CONTEXT

    def __init__(self, w, K, heads=None):
        """w: weights of an LM; heads: z.weight [n * rank, d] and o [n, K+1, rank], or None."""
        embedding = w["e.weight"]
        super().__init__(w, embedding, embedding[:K + 1], "l.", "nf.w", {"n1": "n1.w", "n2": "n2.w"}, MATRICES)
        self.K, self.drafts = K, None
        if heads is not None:
            self.matrices["drafts"] = np.asarray(heads["z.weight"], np.float32)
            self.drafts = np.asarray(heads["o"], np.float32)

    def input_of(self, matrix):
        return "head" if matrix == "drafts" else matrix

    def angles(self):
        return np.arange(ROPE_ROWS)[:, None] / 10000 ** (np.arange(0, HEAD_SIZE, 2) / HEAD_SIZE)


def embed(g, parts):
    return g.op("Gather", [g.weight("embedding", parts.embedding), "input_ids"]), None


def draft_heads(g, parts, linear, h):
    """h [1, R, d] -> logits of all heads [R, n * (K+1)]; a row is a product of its own at every head."""
    n, outputs, rank = parts.drafts.shape
    z = g.op("QuickGelu", [linear(g, h, "drafts")], domain=MS, alpha=1.0)
    z = g.op("Reshape", [z, g.ints(-1, n, 1, rank)])
    z = g.op("MatMul", [z, g.weight("drafts.out", parts.drafts.transpose(0, 2, 1))])
    g.output(g.op("Reshape", [z, g.ints(-1, n * outputs)], ["heads"]), FLOAT, ["R", n * outputs])


def build(name, parts, linear, weights=None, taps=None):
    more = None if parts.drafts is None else lambda g, h: draft_heads(g, parts, linear, h)
    return lm_graph.build(name, parts, linear, embed, group_query_attention, weights, taps, more=more)

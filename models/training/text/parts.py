"""The model's weights as its graphs use them (see ../common/lm_parts.py), and its embedding, which is its head, too."""
import numpy as np

import shared  # noqa: F401
import lm_graph
import lm_parts
from lm_attention import ProductAttention
from matrices import BYTE_ZERO, HEAD_SIZE, block_matrix
from onnx_graph import FLOAT

NORMS = {"n1": "attn_norm.weight", "n2": "ffn_norm.weight"}
MATRICES = {"qkv": ("attn_q", "attn_k", "attn_v"), "o": ("attn_output",), "gu": ("ffn_gate", "ffn_up"), "down": ("ffn_down",)}
FEATURES = (8, 18, 30)  # layers whose residual streams drafters get to see
CONTEXT = 5             # tokens of the longest context in the table of n-grams
SPARE = 64              # positions behind the longest context, for drafts


class Parts(lm_parts.Parts):
    def __init__(self, gguf):
        self.epsilon, self.length, self.base = gguf.epsilon, gguf.context, gguf.base
        self.numbers, self.scales = gguf.embedding()
        table = (self.numbers * self.scales[..., None].astype(np.float32)).reshape(len(self.numbers), -1)
        super().__init__(gguf.weights(), table, table, "blk.", "output_norm.weight", NORMS, MATRICES)
        assert (self.heads, self.kv) == (gguf.heads, gguf.kv)

    def angles(self):
        steps = np.arange(0, HEAD_SIZE, 2) / HEAD_SIZE
        return np.arange(self.length + SPARE)[:, None] / self.base ** steps


def embed(g, parts, ids="input_ids"):
    """Rows of the table that the head multiplies with as well: one set of whole numbers for both."""
    numbers, scales = block_matrix(g, "embedding", parts.numbers, parts.scales)
    rows = g.op("Sub", [g.op("Cast", [g.op("Gather", [numbers, ids])], to=FLOAT), g.const(BYTE_ZERO, np.float32)])
    rows = g.op("Mul", [rows, g.op("Unsqueeze", [g.op("Gather", [scales, ids]), g.ints(-1)])])
    return g.op("Reshape", [rows, g.ints(0, 0, parts.d)]), None


def build(name, parts, linear, weights=None, taps=None, attention=ProductAttention, features=FEATURES, embed=embed, run=None):
    return lm_graph.build(name, parts, linear, embed, attention, weights, taps, features=features, run=run)

"""Attention over a cache, in three forms: ATTENTION(g, parts) -> attend(i, q, key, value), the output of layer i.

q [B, S, H * 64], key and value [B, S, KV * 64]: the new rows, turned; the past comes from the graph's inputs.
"""
import numpy as np

from matrices import HEAD_SIZE
from onnx_graph import INT64, MS

ATTENTION_OPSET = 23    # the first with Attention
END = np.iinfo(np.int64).max


def past_length(g):
    """-> rows of the pass, rows of the past."""
    rows = g.op("Shape", ["input_ids"], start=1, end=2)
    return rows, g.op("Sub", [g.op("Cast", ["total_len"], to=INT64), rows])


def past_rows(g, i, length):
    """-> keys and values of the past."""
    return [g.op("Slice", [f"past_{kind}.{i}", g.ints(0), length, g.ints(2)]) for kind in ("key", "value")]


def onnx_attention(g, parts):
    """ONNX' own Attention (ATTENTION_OPSET).

    onnxruntime's GroupQueryAttention takes no batch of several rows behind a past. This is as
    fast, and (in 1.30, on CPUs) a row's bits depend neither on how many others there are, if any, nor on the batch.
    """
    _, past = past_length(g)

    def attend(i, q, key, value):
        p = f"l.{i}."
        return g.op("Attention", [q, key, value, "attn_bias", *past_rows(g, i, past)],
                    [p + "attention", p + "present_key", p + "present_value"],
                    q_num_heads=parts.heads, kv_num_heads=parts.kv)[0]
    return attend


def group_query_attention(g, parts):
    """onnxruntime's GroupQueryAttention: one sequence."""
    def attend(i, q, key, value):
        p, past = f"l.{i}.", [f"past_key.{i}", f"past_value.{i}"]
        return g.op("GroupQueryAttention", [q, key, value, *past, "seqlens_k", "total_len", "", "", "", "attn_bias"],
                    [p + "attention", p + "present_key", p + "present_value"], MS,
                    num_heads=parts.heads, kv_num_heads=parts.kv, do_rotary=0)[0]
    return attend


class ProductAttention:
    """Plain products: the query heads of a group are rows of one, so that the past is read once for every head of keys.

    attn_bias is read in its last S columns only: every row sees the whole past.
    Behind a long past that is quicker than onnxruntime's own attention, a row by itself most,
    and (in 1.30, on CPUs) a row's bits don't depend on how many others there are, if there are two.
    fused: products with transposed keys, which only CPUs know.
    """

    def __init__(self, g, parts, fused=True):
        self.g, self.parts, self.fused = g, parts, fused
        self.rows, self.past = past_length(g)
        self.bias = g.op("Slice", ["attn_bias", self.past, g.ints(END), g.ints(3)])
        self.by_head = g.op("Concat", [g.ints(0, parts.heads), self.rows, self.rows], axis=0)
        self.by_group = g.op("Concat", [g.ints(0, parts.kv, -1), self.rows], axis=0)

    def split(self, x, heads):
        """[B, S, heads * 64] -> [B, heads, S, 64]."""
        x = self.g.op("Reshape", [x, self.g.ints(0, 0, heads, HEAD_SIZE)])
        return self.g.op("Transpose", [x], perm=[0, 2, 1, 3])

    def scores(self, q, keys):
        g, scale = self.g, HEAD_SIZE ** -.5
        if self.fused:
            return g.op("FusedMatMul", [q, keys], domain=MS, transB=1, alpha=scale)
        scaled = g.op("Mul", [q, g.const(scale, np.float32)])
        return g.op("MatMul", [scaled, g.op("Transpose", [keys], perm=[0, 1, 3, 2])])

    def __call__(self, i, q, key, value):
        g, heads, kv = self.g, self.parts.heads, self.parts.kv
        old_keys, old_values = past_rows(g, i, self.past)
        q = g.op("Reshape", [self.split(q, heads), g.ints(0, kv, -1, HEAD_SIZE)])
        new = g.op("Reshape", [self.scores(q, self.split(key, kv)), self.by_head])
        new = g.op("Reshape", [g.op("Add", [new, self.bias]), self.by_group])
        weights = g.op("Softmax", [g.op("Concat", [self.scores(q, old_keys), new], axis=-1)], axis=-1)
        y = g.op("MatMul", [weights, g.op("Concat", [old_values, self.split(value, kv)], axis=2)])
        y = g.op("Reshape", [y, g.ints(0, heads, -1, HEAD_SIZE)])
        return g.op("Reshape", [g.op("Transpose", [y], perm=[0, 2, 1, 3]), g.ints(0, -1, heads * HEAD_SIZE)])

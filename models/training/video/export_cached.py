"""The clip target as an ONNX graph: passes over a cache of keys and values, only the new rows come out.

    inputs   input_ids, position_ids, lagged_ids int64 [B, S] | attn_bias float [B, 1, S, T], T = total_len: read in
             its last S columns only, as every row sees the whole past | seqlens_k int32 [B]: T - 1 (not read)
             total_len int32 [1] | rows int64 [R]: rows of the flattened [B * S] whose logits are wanted
             past_key.i, past_value.i float [B, KV, C, 64], C >= T - S
    outputs  logits float [R, V] | new_kv float [B, S, layers * 2 * KV * 64] (layer after layer: key, then value)

The attention is made of plain products: the query heads of a group are rows of one product, so that the past is read
once for every head of keys. Behind a long past that is quicker than onnxruntime's own attention, a row by itself most,
and (in 1.30, on CPUs) a row's bits don't depend on how many others there are, if there are two.
"""
import numpy as np

import shared  # noqa: F401
from export_graph import FLOAT, HEAD_SIZE, INT32, INT64, MS, Graph, quantise_rows
from export_lm import EPSILON, chosen_rows, keys_and_values, norm, rest_of_layer, rope_tables

END = np.iinfo(np.int64).max


def looked_up(g, name, table, ids):
    """Rows of a table that stays 8-bit in memory."""
    q, s = quantise_rows(table)
    x = g.op("Cast", [g.op("Gather", [g.weight(name, q), ids])], to=FLOAT)
    return g.op("Mul", [x, g.op("Gather", [g.weight(name + ".scale", s[:, None]), ids])])


def embed(g, parts):
    """-> rows of the token table, and what the token a frame ago and the place add to them."""
    lag = looked_up(g, "lag", parts.lag, "lagged_ids")
    return (looked_up(g, "embedding", parts.embedding, "input_ids"),
            g.op("Add", [lag, looked_up(g, "places", parts.places, "position_ids")]))


class Attention:
    """Rows over their past; fused: products with transposed keys, which only CPUs know."""

    def __init__(self, g, parts, fused):
        self.g, self.parts, self.fused = g, parts, fused
        self.rows = g.op("Shape", ["input_ids"], start=1, end=2)
        self.past = g.op("Sub", [g.op("Cast", ["total_len"], to=INT64), self.rows])
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
        """Turned q [B, S, H * 64], new key and value [B, S, KV * 64] -> [B, S, H * 64]."""
        g, heads, kv = self.g, self.parts.heads, self.parts.kv
        old_keys, old_values = (g.op("Slice", [f"past_{kind}.{i}", g.ints(0), self.past, g.ints(2)])
                                for kind in ("key", "value"))
        q = g.op("Reshape", [self.split(q, heads), g.ints(0, kv, -1, HEAD_SIZE)])
        new = g.op("Reshape", [self.scores(q, self.split(key, kv)), self.by_head])
        new = g.op("Reshape", [g.op("Add", [new, self.bias]), self.by_group])
        weights = g.op("Softmax", [g.op("Concat", [self.scores(q, old_keys), new], axis=-1)], axis=-1)
        y = g.op("MatMul", [weights, g.op("Concat", [old_values, self.split(value, kv)], axis=2)])
        y = g.op("Reshape", [y, g.ints(0, heads, -1, HEAD_SIZE)])
        return g.op("Reshape", [g.op("Transpose", [y], perm=[0, 2, 1, 3]), g.ints(0, -1, heads * HEAD_SIZE)])


def build_target(name, parts, linear, weights=None, taps=None, fused=True):
    """taps: the dict that float_linear fills; its values become outputs max.NAME."""
    g = Graph(name, weights)
    for ids in ("input_ids", "position_ids", "lagged_ids"):
        g.input(ids, INT64, ["B", "S"])
    g.input("attn_bias", FLOAT, ["B", 1, "S", "T"])
    g.input("seqlens_k", INT32, ["B"])
    g.input("total_len", INT32, [1])
    g.input("rows", INT64, ["R"])
    for i in range(parts.layers):
        for kind in ("key", "value"):
            g.input(f"past_{kind}.{i}", FLOAT, ["B", parts.kv, "C", HEAD_SIZE])
    attention, tables, fresh = Attention(g, parts, fused), rope_tables(g, parts), []
    x, skip = embed(g, parts)
    for i in range(parts.layers):
        y, x = norm(g, parts, f"l.{i}.n1", x, skip)
        q, key, value = keys_and_values(g, parts, linear, i, y, "position_ids", tables)
        x, skip = rest_of_layer(g, parts, linear, i, x, attention(i, q, key, value))
        fresh += [key, value]
    x, skip = (chosen_rows(g, parts, v) for v in (x, skip))
    hidden = g.op("SkipSimplifiedLayerNormalization", [x, skip, g.weight("nf", parts.norms["nf"])], domain=MS,
                  epsilon=EPSILON)
    g.name_as(linear(g, hidden, "head"), "logits")
    g.output("logits", FLOAT, ["R", parts.vocabulary])
    g.output(g.op("Concat", fresh, ["new_kv"], axis=-1), FLOAT, ["B", "S", len(fresh) * parts.kv * HEAD_SIZE])
    for key, value in (taps or {}).items():
        g.output(g.name_as(value, "max." + key), FLOAT, [f"in.{key}"])
    return g

"""The image target as ONNX graphs: passes over a cache (see ../common/lm_graph.py), and the 16 positions of the prefix.

The target also gives hidden float [R, d]: what the draft heads read.
Prefix, whose positions see one another in both directions:
    input_ids int64 [1, 16] -> new_kv float [1, 16, layers * 2 * KV * D]
"""
import numpy as np

import shared  # noqa: F401
from lm_attention import ATTENTION_OPSET, onnx_attention
from lm_graph import build, keys_and_values, looked_up, norm, rest_of_layer, rope_tables
from matrices import HEAD_SIZE
from onnx_graph import FLOAT, INT64, Graph, quantise_rows


def embed(g, parts, ids="input_ids", positions="position_ids"):
    """Rows of the token table, and of the table of places."""
    x = looked_up(g, "embedding", parts.embedding, ids)
    q, s = quantise_rows(parts.places)      # small: unfolded to float32 when a session is made
    places = g.op("Cast", [g.weight("places", q)], to=FLOAT)
    places = g.op("Mul", [places, g.weight("places.scale", s[:, None])])
    return x, g.op("Gather", [places, positions])


def mutual_attention(g, parts, i, q, key, value):
    """Every position of one sequence sees every other; query heads of a group are rows of one product."""
    group = parts.heads // parts.kv
    q = g.op("Reshape", [q, g.ints(-1, parts.kv, group, HEAD_SIZE)])
    q = g.op("Reshape", [g.op("Transpose", [q], perm=[1, 2, 0, 3]), g.ints(parts.kv, -1, HEAD_SIZE)])
    key, value = (g.op("Reshape", [x, g.ints(-1, parts.kv, HEAD_SIZE)]) for x in (key, value))
    scores = g.op("MatMul", [q, g.op("Transpose", [key], perm=[1, 2, 0])])
    weights = g.op("Softmax", [g.op("Mul", [scores, g.const(HEAD_SIZE ** -0.5, np.float32)])], axis=-1)
    y = g.op("MatMul", [weights, g.op("Transpose", [value], perm=[1, 0, 2])])
    y = g.op("Transpose", [g.op("Reshape", [y, g.ints(parts.kv, group, -1, HEAD_SIZE)])], perm=[2, 0, 1, 3])
    return g.op("Reshape", [y, g.ints(1, -1, parts.d)])


def build_target(name, parts, linear, weights=None, taps=None):
    return build(name, parts, linear, embed, onnx_attention, weights, taps, ATTENTION_OPSET, state="hidden",
                 more=lambda g, hidden: g.output(hidden, FLOAT, ["R", parts.d]))


def build_prefix(name, parts, linear, weights=None):
    g = Graph(name, weights)
    g.input("input_ids", INT64, [1, parts.prefix])
    positions = g.const(np.arange(parts.prefix)[None], np.int64)
    tables, fresh = rope_tables(g, parts), []
    x, skip = embed(g, parts, "input_ids", positions)
    for i in range(parts.layers):
        y, x = norm(g, parts, f"l.{i}.n1", x, skip, last=i == parts.layers - 1)
        q, key, value = keys_and_values(g, parts, linear, i, y, positions, tables)
        fresh += [key, value]
        if x is not None:
            x, skip = rest_of_layer(g, parts, linear, i, x, mutual_attention(g, parts, i, q, key, value))
    g.output(g.op("Concat", fresh, ["new_kv"], axis=-1), FLOAT,
             [1, parts.prefix, len(fresh) * parts.kv * HEAD_SIZE])
    return g

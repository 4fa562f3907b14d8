"""The clip target as an ONNX graph: passes over a cache of keys and values (see ../common/lm_graph.py).

One input more, lagged_ids int64 [B, S]: the code of the previous frame at the place that a row is to predict.
Four query heads in two groups: the attention is made of plain products, see ../common/lm_attention.py.
"""
import functools

import shared  # noqa: F401
from lm_attention import ProductAttention
from lm_graph import IDS, build, looked_up


def embed(g, parts):
    """-> rows of the token table, and what the token a frame ago and the place add to them."""
    lag = looked_up(g, "lag", parts.lag, "lagged_ids")
    return (looked_up(g, "embedding", parts.embedding, "input_ids"),
            g.op("Add", [lag, looked_up(g, "places", parts.places, "position_ids")]))


def build_target(name, parts, linear, weights=None, taps=None, fused=True):
    attention = functools.partial(ProductAttention, fused=fused)
    return build(name, parts, linear, embed, attention, weights, taps, ids=(*IDS, "lagged_ids"))

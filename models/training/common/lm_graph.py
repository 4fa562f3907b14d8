"""Decoder-only language models as ONNX graphs with keys and values in and only the new rows out.

    inputs   input_ids, position_ids int64 [B, S] (and what a medium adds) | attn_bias float [B, 1, S, T], T = total_len
             seqlens_k int32 [B] = T - 1: read by GroupQueryAttention only (all sequences are equally long)
             total_len int32 [1] | rows int64 [R]: rows of the flattened [B * S] whose logits are wanted
             past_key.i, past_value.i float [B, KV, C, 64], C >= T (C >= T - S will do but for GroupQueryAttention)
    outputs  logits float [R, V] | new_kv float [B, S, layers * 2 * KV * 64] (layer after layer: key, then value)

Layers are those of Llama: RMS norms, rotary positions, grouped queries, SwiGLU; where `parts` has norms qn and kn, every
head of queries and keys is normed. Where `parts.batched` is false, B is 1.
"""
import numpy as np

from matrices import HEAD_SIZE
from onnx_graph import FLOAT, INT32, INT64, MS, Graph, quantise_rows

IDS = "input_ids", "position_ids"


def looked_up(g, name, table, ids):
    """Rows of a table that stays 8-bit in memory."""
    q, s = quantise_rows(table)
    x = g.op("Cast", [g.op("Gather", [g.weight(name, q), ids])], to=FLOAT)
    return g.op("Mul", [x, g.op("Gather", [g.weight(name + ".scale", s[:, None]), ids])])


def rope_tables(g, parts):
    angle = parts.angles()
    return g.weight("cos", np.cos(angle).astype(np.float32)), g.weight("sin", np.sin(angle).astype(np.float32))


def norm(g, parts, name, x, skip, last=False):
    """rms(x + skip) * gain -> it, and x + skip (None where it is the last norm). skip: None where there is nothing to add."""
    gain = g.weight(name, parts.norms[name])
    if skip is None:
        return g.op("SimplifiedLayerNormalization", [x, gain], epsilon=parts.epsilon, axis=-1), x
    outputs = [f"{name}.y"] if last else [f"{name}.y", "", "", f"{name}.x"]
    y = g.op("SkipSimplifiedLayerNormalization", [x, skip, gain], outputs, MS, epsilon=parts.epsilon)
    return (y, None) if last else (y[0], y[3])


def turned_heads(g, parts, x, heads, gain, positions, tables, output):
    """[B, S, heads * 64], each head by its own norm (gain: its name, where there is one), then turned."""
    if gain in parts.norms:
        gain = g.weight(gain, parts.norms[gain])
        x = g.op("Reshape", [x, g.ints(0, 0, heads, HEAD_SIZE)])
        x = g.op("SimplifiedLayerNormalization", [x, gain], axis=-1, epsilon=parts.epsilon)
        x = g.op("Reshape", [x, g.ints(0, 0, heads * HEAD_SIZE)])
    return g.op("RotaryEmbedding", [x, positions, *tables], [output], MS)


def keys_and_values(g, parts, linear, i, y, positions, tables):
    """-> q, and the outputs new_key.i and new_value.i.

    q and k in one norm over all heads would be fewer nodes, but its gain by head is 2.5 times slower than two norms.
    """
    p, wide = f"l.{i}.", parts.kv * HEAD_SIZE
    q, k, value = g.op("Split", [linear(g, y, p + "qkv"), g.ints(parts.heads * HEAD_SIZE, wide, wide)],
                       [p + "q", p + "k", f"new_value.{i}"], axis=-1)
    q = turned_heads(g, parts, q, parts.heads, p + "qn", positions, tables, p + "q.turned")
    key = turned_heads(g, parts, k, parts.kv, p + "kn", positions, tables, f"new_key.{i}")
    return q, key, value


def gated(g, parts, linear, i, y):
    """The feed-forward part of a layer, its norm apart."""
    p = f"l.{i}."
    ff = len(parts.matrices[p + "gu"]) // 2
    gate, up = g.op("Split", [linear(g, y, p + "gu"), g.ints(ff, ff)], 2, axis=-1)
    gate = g.op("QuickGelu", [gate], domain=MS, alpha=1.0)      # silu
    return linear(g, g.op("Mul", [gate, up]), p + "down")


def rest_of_layer(g, parts, linear, i, x, attention):
    """Output of the attention and the feed-forward part -> residual x and what is to be added to it."""
    y, x = norm(g, parts, f"l.{i}.n2", x, linear(g, attention, f"l.{i}.o"))
    return x, gated(g, parts, linear, i, y)


def both_parts(layers):
    """What a whole model runs: (layer, "attention" or "mlp"), one after another."""
    return [(i, part) for i in range(layers) for part in ("attention", "mlp")]


def chosen_rows(g, parts, value):
    """[B, S, d] -> [R, d], of one sequence [1, R, d]."""
    if not parts.batched:
        return g.op("Gather", [value, "rows"], axis=1)
    return g.op("Gather", [g.op("Reshape", [value, g.ints(-1, parts.d)]), "rows"])


def add_inputs(g, parts, batch, ids, layers):
    for name in ids:
        g.input(name, INT64, [batch, "S"])
    g.input("attn_bias", FLOAT, [batch, 1, "S", "T"])
    g.input("seqlens_k", INT32, [batch])
    g.input("total_len", INT32, [1])
    g.input("rows", INT64, ["R"])
    for i in range(layers):
        for kind in ("key", "value"):
            g.input(f"past_{kind}.{i}", FLOAT, [batch, parts.kv, "C", HEAD_SIZE])


def build(name, parts, linear, embed, attention, weights=None, taps=None, opset=20, ids=IDS, state=None, more=None,
          features=(), run=None):
    """-> Graph of the contract above.

    embed(g, parts): rows of the tables, and what is to be added to them or None; attention: see lm_attention.py.
    taps: the dict that float_linear fills; its values become outputs max.NAME.
    state: a name for the normed state [R, d]; more(g, state): adds outputs behind new_kv.
    features: numbers of layers; the residual streams behind them, side by side, are the output features [B, S, n * d].
    run: the parts of layers that are run, as both_parts() lists them; all by default. Keys and values are of those that attend.
    """
    g, batch = Graph(name, weights, opset), "B" if parts.batched else 1
    run = both_parts(parts.layers) if run is None else run
    add_inputs(g, parts, batch, ids, sum(part == "attention" for _, part in run))
    attend, tables, fresh, streams = attention(g, parts), rope_tables(g, parts), [], {}
    x, skip = embed(g, parts)
    for i, part in run:
        if part == "mlp":
            y, x = norm(g, parts, f"l.{i}.n2", x, skip)
            skip = gated(g, parts, linear, i, y)
            continue
        y, x = norm(g, parts, f"l.{i}.n1", x, skip)
        streams[i] = x
        q, key, value = keys_and_values(g, parts, linear, i, y, "position_ids", tables)
        skip = linear(g, attend(len(fresh) // 2, q, key, value), f"l.{i}.o")
        fresh += [key, value]
    if parts.layers in features:
        streams[parts.layers] = g.op("Add", [x, skip], [f"behind.{parts.layers}"])
    x, skip = (chosen_rows(g, parts, v) for v in (x, skip))
    hidden = g.op("SkipSimplifiedLayerNormalization", [x, skip, g.weight("nf", parts.norms["nf"])],
                  [state] if state else 1, MS, epsilon=parts.epsilon)
    logits = linear(g, hidden, "head")
    if parts.batched:
        g.name_as(logits, "logits")
    else:
        g.op("Squeeze", [logits, g.ints(0)], ["logits"])
    g.output("logits", FLOAT, ["R", parts.vocabulary])
    g.output(g.op("Concat", fresh, ["new_kv"], axis=-1), FLOAT, [batch, "S", len(fresh) * parts.kv * HEAD_SIZE])
    if features:
        joined = g.op("Concat", [streams[layer] for layer in features], ["features"], axis=-1)
        g.output(joined, FLOAT, [batch, "S", len(features) * parts.d])
    if more:
        more(g, hidden)
    for key, value in (taps or {}).items():
        g.output(g.name_as(value, "max." + key), FLOAT, [f"in.{key}"])
    return g

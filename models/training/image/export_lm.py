"""The image target as ONNX graphs: passes over a cache, and the 16 positions of the prefix.

Target, keys and values in and only the new rows out:
    inputs   input_ids, position_ids int64 [B, S] | attn_bias float [B, 1, S, T], T = total_len
             seqlens_k int32 [B]: T - 1 (not read: all sequences of a batch are equally long) | total_len int32 [1]
             rows int64 [R]: rows of the flattened [B * S] whose logits are wanted
             past_key.i, past_value.i float [B, KV, C, D], C >= T
    outputs  logits float [R, V] | new_kv float [B, S, layers * 2 * KV * D] (layer after layer: key, then value)
             hidden float [R, d]: what the draft heads read
Prefix, whose positions see one another in both directions:
    input_ids int64 [1, 16] -> new_kv float [1, 16, layers * 2 * KV * D]
"""
import numpy as np

from export_graph import FLOAT, HEAD_SIZE, INT32, INT64, MS, Graph, quantise_rows

EPSILON = 1e-6
ATTENTION_OPSET = 23    # the first with Attention


def embed(g, parts, ids, positions):
    """Rows of the token table, which stays 8-bit in memory, and of the table of places."""
    q, s = quantise_rows(parts.embedding)
    x = g.op("Cast", [g.op("Gather", [g.weight("embedding", q), ids])], to=FLOAT)
    x = g.op("Mul", [x, g.op("Gather", [g.weight("embedding.scale", s[:, None]), ids])])
    q, s = quantise_rows(parts.places)      # small: unfolded to float32 when a session is made
    places = g.op("Cast", [g.weight("places", q)], to=FLOAT)
    places = g.op("Mul", [places, g.weight("places.scale", s[:, None])])
    return x, g.op("Gather", [places, positions])


def rope_tables(g, parts):
    angle = parts.angles()
    return g.weight("cos", np.cos(angle).astype(np.float32)), g.weight("sin", np.sin(angle).astype(np.float32))


def norm(g, parts, name, x, skip, last=False):
    """rms(x + skip) * gain -> it, and x + skip."""
    outputs = [f"{name}.y"] if last else [f"{name}.y", "", "", f"{name}.x"]
    y = g.op("SkipSimplifiedLayerNormalization", [x, skip, g.weight(name, parts.norms[name])], outputs, MS,
             epsilon=EPSILON)
    return (y, None) if last else (y[0], y[3])


def normed_heads(g, x, heads, gain, positions, tables, output):
    """[B, S, heads * 64], each head by its own norm, then turned."""
    x = g.op("Reshape", [x, g.ints(0, 0, heads, HEAD_SIZE)])
    x = g.op("SimplifiedLayerNormalization", [x, gain], axis=-1, epsilon=EPSILON)
    x = g.op("Reshape", [x, g.ints(0, 0, heads * HEAD_SIZE)])
    return g.op("RotaryEmbedding", [x, positions, *tables], [output], MS)


def keys_and_values(g, parts, linear, i, y, positions, tables):
    """-> q, and the outputs new_key.i and new_value.i.

    q and k in one norm over all heads would be fewer nodes, but its gain by head is 2.5 times slower than two norms.
    """
    p, wide = f"l.{i}.", parts.kv * HEAD_SIZE
    q, k, value = g.op("Split", [linear(g, y, p + "qkv"), g.ints(parts.heads * HEAD_SIZE, wide, wide)],
                       [p + "q", p + "k", f"new_value.{i}"], axis=-1)
    gain = lambda name: g.weight(p + name, parts.norms[p + name])
    q = normed_heads(g, q, parts.heads, gain("qn"), positions, tables, p + "q.turned")
    key = normed_heads(g, k, parts.kv, gain("kn"), positions, tables, f"new_key.{i}")
    return q, key, value


def cached_attention(g, parts, i, q, key, value, end):
    """Rows of all sequences over their past of `end` rows.

    ONNX' own Attention, as onnxruntime's GroupQueryAttention takes no batch of several rows behind a past. It is as
    fast, and (in 1.30, on CPUs) a row's bits depend neither on how many others there are, if any, nor on the batch.
    """
    p = f"l.{i}."
    past = [g.op("Slice", [f"past_{kind}.{i}", g.ints(0), end, g.ints(2)]) for kind in ("key", "value")]
    return g.op("Attention", [q, key, value, "attn_bias", *past],
                [p + "attention", p + "present_key", p + "present_value"],
                q_num_heads=parts.heads, kv_num_heads=parts.kv)[0]


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


def rest_of_layer(g, parts, linear, i, x, attention):
    """Output of the attention and the feed-forward part -> residual x and what is to be added to it."""
    p = f"l.{i}."
    y, x = norm(g, parts, p + "n2", x, linear(g, attention, p + "o"))
    gate, up = g.op("Split", [linear(g, y, p + "gu"), g.ints(parts.ff, parts.ff)], 2, axis=-1)
    gate = g.op("QuickGelu", [gate], domain=MS, alpha=1.0)      # silu
    return x, linear(g, g.op("Mul", [gate, up]), p + "down")


def chosen_rows(g, parts, value):
    """[B, S, d] -> [R, d]."""
    return g.op("Gather", [g.op("Reshape", [value, g.ints(-1, parts.d)]), "rows"])


def build_target(name, parts, linear, weights=None, taps=None):
    """taps: the dict that float_linear fills; its values become outputs max.NAME."""
    g = Graph(name, weights, opset=ATTENTION_OPSET)
    g.input("input_ids", INT64, ["B", "S"])
    g.input("position_ids", INT64, ["B", "S"])
    g.input("attn_bias", FLOAT, ["B", 1, "S", "T"])
    g.input("seqlens_k", INT32, ["B"])
    g.input("total_len", INT32, [1])
    g.input("rows", INT64, ["R"])
    for i in range(parts.layers):
        for kind in ("key", "value"):
            g.input(f"past_{kind}.{i}", FLOAT, ["B", parts.kv, "C", HEAD_SIZE])
    rows = g.op("Shape", ["input_ids"], start=1, end=2)
    end = g.op("Sub", [g.op("Cast", ["total_len"], to=INT64), rows])
    tables, fresh = rope_tables(g, parts), []
    x, skip = embed(g, parts, "input_ids", "position_ids")
    for i in range(parts.layers):
        y, x = norm(g, parts, f"l.{i}.n1", x, skip)
        q, key, value = keys_and_values(g, parts, linear, i, y, "position_ids", tables)
        attention = cached_attention(g, parts, i, q, key, value, end)
        x, skip = rest_of_layer(g, parts, linear, i, x, attention)
        fresh += [key, value]
    x, skip = (chosen_rows(g, parts, v) for v in (x, skip))
    hidden = g.op("SkipSimplifiedLayerNormalization", [x, skip, g.weight("nf", parts.norms["nf"])], ["hidden"], MS,
                  epsilon=EPSILON)
    g.name_as(linear(g, hidden, "head"), "logits")
    g.output("logits", FLOAT, ["R", parts.vocabulary])
    g.output(g.op("Concat", fresh, ["new_kv"], axis=-1), FLOAT, ["B", "S", len(fresh) * parts.kv * HEAD_SIZE])
    g.output(hidden, FLOAT, ["R", parts.d])
    for key, value in (taps or {}).items():
        g.output(g.name_as(value, "max." + key), FLOAT, [f"in.{key}"])
    return g


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


def build_heads(z, o):
    """Draft heads z [n * rank, d], o [n, V, rank]: hidden float [R, d] -> heads float [R, n * V]."""
    g, (n, outputs, rank) = Graph("heads"), o.shape
    g.input("hidden", FLOAT, ["R", z.shape[1]])
    unfold = lambda name, w: g.op("DequantizeLinear", [g.weight(name, w[0]), g.weight(name + ".scale", w[1])], axis=1)
    q, s = quantise_rows(z)
    low = g.op("MatMul", ["hidden", unfold("z", (q.T, s))])
    parts = g.op("Split", [low, g.ints(*[rank] * n)], n, axis=-1)
    logits = []
    for i, part in enumerate(parts if n > 1 else [parts]):
        q, s = quantise_rows(o[i])
        logits.append(g.op("MatMul", [part, unfold(f"o.{i}", (q.T, s))]))
    g.output(g.op("Concat", logits, ["heads"], axis=-1), FLOAT, ["R", n * outputs])
    return g

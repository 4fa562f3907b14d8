"""Decoder-only language models as ONNX graphs with keys and values in and only the new rows out.

    inputs   input_ids, position_ids int64 [1, S] | attn_bias float [1, 1, S, T], T = total_len
             seqlens_k int32 [1] = T - 1 | total_len int32 [1] | rows int64 [R]: positions in S whose logits are wanted
             past_key.i, past_value.i float [1, KV, C, D], C >= T
    outputs  logits float [R, K+1] | new_kv float [1, S, layers * 2 * KV * D] (layer after layer: key, then value)
             and, where the model has heads, heads float [R, 6 * (K+1)]
"""
import numpy as np

from export_graph import FLOAT, HEAD_SIZE, INT32, INT64, MS, Graph

ROPE_ROWS = 704         # positions in the tables: the longest context and room for drafts behind it


class Parts:
    """A model's weights as the graph uses them: norms, fused matrices [out, in], embedding; numpy float32."""

    def __init__(self, state, K, heads=None):
        """state: an LM's state dict; heads: z.weight [n * rank, d] and o [n, K+1, rank], or None."""
        w = {k: np.asarray(v, np.float32) for k, v in state.items()}
        self.K, self.embedding = K, w["e.weight"]
        self.d = self.embedding.shape[1]
        self.layers = 1 + max(int(k.split(".")[1]) for k in w if k.startswith("l."))
        self.kv = len(w["l.0.k.weight"]) // HEAD_SIZE
        self.heads, self.ff = self.d // HEAD_SIZE, len(w["l.0.g.weight"])
        self.norms = {k.removesuffix(".w"): v for k, v in w.items() if k.endswith(("n1.w", "n2.w", "nf.w"))}
        self.matrices = {"head": self.embedding[:K + 1]}
        for p in (f"l.{i}." for i in range(self.layers)):
            self.matrices[p + "qkv"] = np.concatenate([w[p + x + ".weight"] for x in "qkv"])
            self.matrices[p + "o"] = w[p + "o.weight"]
            self.matrices[p + "gu"] = np.concatenate([w[p + x + ".weight"] for x in "gu"])
            self.matrices[p + "down"] = w[p + "dn.weight"]
        self.drafts = None
        if heads is not None:
            self.matrices["drafts"] = np.asarray(heads["z.weight"], np.float32)
            self.drafts = np.asarray(heads["o"], np.float32)

    def input_of(self, matrix):
        """Matrices that read the same vector have the same ranges."""
        return "head" if matrix == "drafts" else matrix


def rope_tables(g):
    angle = np.arange(ROPE_ROWS)[:, None] / 10000 ** (np.arange(0, HEAD_SIZE, 2) / HEAD_SIZE)
    return g.weight("cos", np.cos(angle).astype(np.float32)), g.weight("sin", np.sin(angle).astype(np.float32))


def layer(g, parts, linear, i, x, skip, tables):
    """One layer: residual x and what is to be added to it -> (residual, what is to be added), and keys, values."""
    p, wide = f"l.{i}.", parts.kv * HEAD_SIZE
    norm = g.weight(p + "n1", parts.norms[p + "n1"])
    if skip is None:
        y = g.op("SimplifiedLayerNormalization", [x, norm], epsilon=1e-5, axis=-1)
    else:
        y, _, _, x = g.op("SkipSimplifiedLayerNormalization", [x, skip, norm], [p + "y1", "", "", p + "x1"], MS,
                          epsilon=1e-5)
    key, value = f"new_key.{i}", f"new_value.{i}"
    q, k, _ = g.op("Split", [linear(g, y, p + "qkv"), g.ints(parts.d, wide, wide)], [p + "q", p + "k", value], axis=-1)
    q = g.op("RotaryEmbedding", [q, "position_ids", *tables], domain=MS)
    g.op("RotaryEmbedding", [k, "position_ids", *tables], [key], MS)
    past = [f"past_key.{i}", f"past_value.{i}"]
    a, *_ = g.op("GroupQueryAttention", [q, key, value, *past, "seqlens_k", "total_len", "", "", "", "attn_bias"],
                 [p + "attention", p + "present_key", p + "present_value"], MS,
                 num_heads=parts.heads, kv_num_heads=parts.kv, do_rotary=0)
    norm = g.weight(p + "n2", parts.norms[p + "n2"])
    y, _, _, x = g.op("SkipSimplifiedLayerNormalization", [x, linear(g, a, p + "o"), norm],
                      [p + "y2", "", "", p + "x2"], MS, epsilon=1e-5)
    gate, up = g.op("Split", [linear(g, y, p + "gu"), g.ints(parts.ff, parts.ff)], 2, axis=-1)
    gate = g.op("QuickGelu", [gate], domain=MS, alpha=1.0)      # silu
    return x, linear(g, g.op("Mul", [gate, up]), p + "down"), [key, value]


def draft_heads(g, parts, linear, h):
    """h [1, R, d] -> logits of all heads [R, n * (K+1)]; a row is a product of its own at every head."""
    n, outputs, rank = parts.drafts.shape
    z = g.op("QuickGelu", [linear(g, h, "drafts")], domain=MS, alpha=1.0)
    z = g.op("Reshape", [z, g.ints(-1, n, 1, rank)])
    z = g.op("MatMul", [z, g.weight("drafts.out", parts.drafts.transpose(0, 2, 1))])
    return g.op("Reshape", [z, g.ints(-1, n * outputs)], ["heads"])


def build(name, parts, linear, weights=None, taps=None):
    """-> Graph of the contract above. taps: the dict that float_linear fills; they become outputs max.NAME."""
    g = Graph(name, weights)
    g.input("input_ids", INT64, [1, "S"])
    g.input("position_ids", INT64, [1, "S"])
    g.input("attn_bias", FLOAT, [1, 1, "S", "T"])
    g.input("seqlens_k", INT32, [1])
    g.input("total_len", INT32, [1])
    g.input("rows", INT64, ["R"])
    for i in range(parts.layers):
        for kind in ("key", "value"):
            g.input(f"past_{kind}.{i}", FLOAT, [1, parts.kv, "C", HEAD_SIZE])
    tables = rope_tables(g)
    x, skip, fresh = g.op("Gather", [g.weight("embedding", parts.embedding), "input_ids"]), None, []
    for i in range(parts.layers):
        x, skip, new = layer(g, parts, linear, i, x, skip, tables)
        fresh += new
    x, skip = (g.op("Gather", [v, "rows"], axis=1) for v in (x, skip))
    norm = g.weight("nf", parts.norms["nf"])
    h = g.op("SkipSimplifiedLayerNormalization", [x, skip, norm], domain=MS, epsilon=1e-5)
    g.op("Squeeze", [linear(g, h, "head"), g.ints(0)], ["logits"])
    g.output("logits", FLOAT, ["R", parts.K + 1])
    g.output(g.op("Concat", fresh, ["new_kv"], axis=-1), FLOAT, [1, "S", len(fresh) * parts.kv * HEAD_SIZE])
    if parts.drafts is not None:
        g.output(draft_heads(g, parts, linear, h), FLOAT, ["R", parts.drafts.shape[0] * parts.drafts.shape[1]])
    for key, value in (taps or {}).items():
        g.output(g.name_as(value, "max." + key), FLOAT, [f"in.{key}"])
    return g

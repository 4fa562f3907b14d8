"""Low-rank heads of drafting_nets.py on a target's last state, as a graph, and their section of model.json.

    python3 export_low_rank.py --net WORK/heads.npz --out ../../emoji
"""
from export_head import export_net, load
from onnx_graph import FLOAT, Graph, quantise_rows


def build_heads(z, o, weights=None):
    """Heads z [n * rank, d], o [n, V, rank]: hidden float [R, d] -> heads float [R, n * V]."""
    g, (n, outputs, rank) = Graph("heads", weights), o.shape
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


def make(net, vocabulary, weights, part):
    w, _ = load(net)
    return build_heads(w["z.weight"], w["o"], weights), {"count": len(w["o"])}, None


if __name__ == "__main__":
    export_net("heads", make)

"""Medusa-like heads of drafting_nets.py, as a graph that guesses some places at once, and their section of model.json.

    python3 export_parallel.py --net WORK/medusa.npz --out ../../smollm2-135m

    inputs   input_ids int64 [1, 1], the last token | features float [1, 1, n * D], the target's, of the token before it
    outputs  words int64 [guesses, K], by their places in medusa.words.bin, the best first | logits float [guesses, K], theirs, as
             logarithms of their chances
"""
from export_head import BEST, HeadGraph, export_net, load, stands
from onnx_graph import FLOAT, INT64, MS


def make(net, vocabulary, weights, part):
    w, words = load(net)
    g, count = HeadGraph("parallel", w, words, vocabulary, weights), sum(name.startswith("first.") for name in w)
    g.input("input_ids", INT64, [1, 1])
    g.input("features", FLOAT, [1, 1, w["fuse.weight"].shape[1] - w["fuse.weight"].shape[0]])
    seen, at = g.taps("features"), g.place("input_ids")
    z = g.linear(g.op("Concat", [*seen, g.embed(at)], axis=-1), "fuse.weight")
    z = g.op("Add", [z, g.gated(g.norm(z, "norm.weight"))])
    states = []
    for i in range(count):
        inner = g.op("QuickGelu", [g.linear(z, f"first.{i}.weight")], domain=MS, alpha=1.0)
        states.append(g.op("Add", [z, g.linear(inner, f"second.{i}.weight")]))
    for name, kind, value in zip(("words", "logits"), (INT64, FLOAT), g.likeliest(g.op("Concat", states, axis=1))):
        g.output(g.op("Reshape", [value, g.ints(count, BEST)], [name]), kind, [count, BEST])
    return g, {"guesses": count} | stands(net), words


if __name__ == "__main__":
    export_net("medusa", make)

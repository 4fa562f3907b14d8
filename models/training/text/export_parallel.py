"""Medusa-like heads that drafts.py has taught, as a graph that guesses some places at once, and their section of model.json.

    python3 export_parallel.py --net WORK/medusa.npz --out ../../smollm2-135m

    inputs   input_ids int64 [1, 1], the last token | features float [1, 1, n * D], the target's, of the token before it
    outputs  words int64 [guesses, K], by their places in medusa.words.bin, the best first | logits float [guesses, K], theirs, as
             logarithms of their chances
"""
import os

import shared  # noqa: F401
from export import ORDER
from export_head import BEST, HeadGraph, load
from export_model import arguments, write_model
from onnx_graph import FLOAT, INT64, MS, WeightFile


def build(w, words, vocabulary, weights):
    """-> Graph, and how many places it guesses."""
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
    return g, count


def main():
    args = arguments(("medusa",), "smollm2", "Apache-2.0")
    args.add_argument("--net", required=True)
    args.add_argument("--out", required=True)
    a = args.parse_args()
    w, words = load(a.net)

    def write(part, model):
        weights = WeightFile(os.path.join(a.out, "medusa.bin"))
        graph, guesses = build(w, words, model["target"]["vocabularySize"], weights)
        graph.save(f"{a.out}/medusa.onnx")
        weights.save()
        words.astype("<u2").tofile(f"{a.out}/medusa.words.bin")
        model["medusa"] = dict(graph="medusa.onnx", words="medusa.words.bin", features="features", guesses=guesses)
    write_model(a, "text", ORDER, write)


if __name__ == "__main__":
    main()

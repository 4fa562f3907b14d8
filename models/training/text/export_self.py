"""Parts of the target with which it drafts for itself, as graphs over its own weight files and on its own keys and values, and
their sections of model.json. The target itself is there already.

    python3 export_self.py --parts skip --skips WORK/skips.json --without 20 --out ../../smollm2-135m
    python3 export_self.py --parts exit --net WORK/exit.npz --out ../../smollm2-135m
    python3 export_self.py --parts ahead --net WORK/ahead.npz --out ../../smollm2-135m

skip: the target without some parts of its layers (skips.py says which). exit: its first layers, and behind them the adapter and
the head that drafts.py has taught. Both on the contract of ../common/lm_graph.py; `layers` of their sections are those of the
target whose past keys and values they are given, in order. ahead: the target's own graphs, which then read the tokens behind the
vocabulary as learned vectors: "lookAhead" says how many.
"""
import json
import os

import numpy as np

import shared  # noqa: F401
from export import ORDER
from export_model import arguments, write_model
from export_head import load
from export_student import low_rank_head, places_of
from gguf_file import Gguf, find_gguf
from lm_graph import both_parts
from matrices import block_linear, unfolded_block_linear
from onnx_graph import WeightFile
from parts import FEATURES, Parts, build, embed
from stored import StoredWeights

EXIT = FEATURES[0]      # layers before the exit: the features that the adapter was taught on


def attending(run):
    return [i for i, part in run if part == "attention"]


def export_skip(parts, a):
    with open(a.skips, encoding="utf8") as f:
        left = {(one["layer"], one["part"]) for one in json.load(f)[:a.without]}
    run = [one for one in both_parts(parts.layers) if one not in left]
    build("skip", parts, block_linear(parts), StoredWeights(a.out), features=(), run=run).save(f"{a.out}/skip.onnx")
    return {"graph": "skip.onnx", "layers": attending(run)}


def export_exit(parts, a):
    """The adapter is one more feed-forward part, behind layers that the target has."""
    w, words = load(a.net)
    at, own = f"l.{parts.layers}.", WeightFile(os.path.join(a.out, "exit.bin"))
    parts.norms |= {at + "n2": w["norm.weight"], "nf": w["vocabulary.norm.weight"]}
    parts.matrices |= {at + "gu": w["gu.weight"], at + "down": w["down.weight"], "exit.leave": w["vocabulary.leave.weight"],
                       "exit.table": w["vocabulary.table"]}
    parts.places, parts.missing = places_of(words, parts.vocabulary)

    def embed_and_place(g, parts):
        g.weight("exit.places", parts.places)
        return embed(g, parts)

    weights = StoredWeights(a.out, own, ("exit.", at, "nf"))
    run = [*both_parts(EXIT), (parts.layers, "mlp")]
    linear = low_rank_head(parts, block_linear(parts), "exit.table", "exit.")
    build("exit", parts, linear, weights, features=(), run=run, embed=embed_and_place).save(f"{a.out}/exit.onnx")
    weights.save()
    return {"graph": "exit.onnx", "layers": attending(run)}


def export_ahead(parts, a):
    with np.load(a.net) as z:
        learned = z["masked"].astype(np.float32)

    def with_learned(g, parts):
        """Tokens from the vocabulary's end on are rows of a table of their own, in float32."""
        ids, size, none = "input_ids", g.const(parts.vocabulary, np.int64), g.const(0, np.int64)
        is_ahead = g.op("GreaterOrEqual", [ids, size])
        rows, _ = embed(g, parts, g.op("Where", [is_ahead, none, ids]))
        own = g.op("Gather", [g.const(learned), g.op("Where", [is_ahead, g.op("Sub", [ids, size]), none])])
        return g.op("Where", [g.op("Unsqueeze", [is_ahead, g.ints(-1)]), own, rows]), None

    for name, linear in (("target.onnx", block_linear), ("target.float.onnx", unfolded_block_linear)):
        build("target", parts, linear(parts), StoredWeights(a.out), embed=with_learned).save(f"{a.out}/{name}")
    return len(learned)


def main():
    args = arguments(("skip",), "smollm2", "Apache-2.0")
    args.add_argument("--skips")
    args.add_argument("--without", type=int, default=20)
    args.add_argument("--net")
    args.add_argument("--out", required=True)
    args.add_argument("--gguf")
    a = args.parse_args()
    gguf = Gguf(find_gguf(a.gguf))

    def write(part, model):
        if part == "ahead":
            model["target"]["lookAhead"] = export_ahead(Parts(gguf), a)
            return
        model[part] = {"skip": export_skip, "exit": export_exit}[part](Parts(gguf), a)
    write_model(a, "text", ORDER, write)


if __name__ == "__main__":
    main()

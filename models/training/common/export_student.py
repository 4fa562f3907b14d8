"""A student of drafting_nets.py, as a small language model of the target's tokens, and its section of model.json.

    python3 export_student.py --net WORK/small.npz --out ../../smollm2-135m

draft.onnx is on the contract of ../common/lm_graph.py. Tokens that the student cannot guess have a logit of -1e30, and all of
them go in as the same one.
"""
import numpy as np

import lm_graph
from export_head import EPSILON, LENGTH, SPARE, angles, export_net, load
from lm_attention import group_query_attention
from lm_export import shape
from lm_parts import Parts
from matrices import BYTE_ZERO, block_linear, block_matrix, quantise_blocks
from onnx_graph import FLOAT

NAMES = {"n1": "n1.weight", "n2": "n2.weight"}
MATRICES = {name: (name,) for name in ("qkv", "o", "gu", "down")}
NEVER = -1e30


class Student(Parts):
    epsilon, length, batched = EPSILON, LENGTH, False

    def __init__(self, path, vocabulary):
        w, words = load(path)
        enter = w["vocabulary.enter.weight"]
        super().__init__(w, enter, w["vocabulary.table"], "blocks.", "vocabulary.norm.weight", NAMES, MATRICES)
        self.d, self.vocabulary = len(enter), vocabulary
        self.matrices |= {"enter": enter, "leave": w["vocabulary.leave.weight"]}
        # Where each token stands in the table; its last row is for all that are not there, greater ones among them.
        self.places = np.full(max(vocabulary, words.max() + 1) + 1, len(words), np.int64)
        self.places[words] = np.arange(len(words))
        self.missing = np.where(self.places[:vocabulary] == len(words), NEVER, 0).astype(np.float32)

    def angles(self):
        return angles(self.length + SPARE)


def make(net, vocabulary, weights, part):
    parts = Student(net, vocabulary)
    plain = block_linear(parts)

    def linear(g, x, name):
        if name != "head":
            return plain(g, x, name)
        table = plain(g, plain(g, x, "leave"), "head")
        said = g.op("Slice", ["places", g.ints(0), g.ints(parts.vocabulary)])
        return g.op("Add", [g.op("Gather", [table, said], axis=-1), g.weight("missing", parts.missing)])

    def embed(g, parts):
        known = g.op("Min", ["input_ids", g.const(len(parts.places) - 1, np.int64)])
        at = g.op("Gather", [g.weight("places", parts.places), known])
        numbers, scales = (g.op("Gather", [part, at]) for part in
                           block_matrix(g, "head", *quantise_blocks(parts.matrices["head"])))
        rows = g.op("Sub", [g.op("Cast", [numbers], to=FLOAT), g.const(BYTE_ZERO, np.float32)])
        rows = g.op("Mul", [rows, g.op("Unsqueeze", [scales, g.ints(-1)])])
        rank = parts.matrices["head"].shape[1]
        return linear(g, g.op("Reshape", [rows, g.ints(0, 0, rank)]), "enter"), None

    return lm_graph.build("draft", parts, linear, embed, group_query_attention, weights), shape(parts), None


if __name__ == "__main__":
    export_net("draft", make)

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


def places_of(words, vocabulary):
    """Where each token stands among the words, the last place being for all that are not there, greater ones than the vocabulary's
    among them; and what is added to logits of those [vocabulary]."""
    places = np.full(max(vocabulary, words.max() + 1) + 1, len(words), np.int64)
    places[words] = np.arange(len(words))
    return places, np.where(places[:vocabulary] == len(words), NEVER, 0).astype(np.float32)


def low_rank_head(parts, plain, table, at=""):
    """linear() of a graph that has the weight `places` and whose head is two matrices, `leave` and a table of words (see
    places_of); at: begins their names."""
    def linear(g, x, name):
        if name != "head":
            return plain(g, x, name)
        scores = plain(g, plain(g, x, at + "leave"), table)
        said = g.op("Slice", [at + "places", g.ints(0), g.ints(parts.vocabulary)])
        return g.op("Add", [g.op("Gather", [scores, said], axis=-1), g.weight(at + "missing", parts.missing)])
    return linear


class Student(Parts):
    epsilon, length, batched = EPSILON, LENGTH, False

    def __init__(self, path, vocabulary):
        w, words = load(path)
        enter = w["vocabulary.enter.weight"]
        super().__init__(w, enter, w["vocabulary.table"], "blocks.", "vocabulary.norm.weight", NAMES, MATRICES)
        self.d, self.vocabulary = len(enter), vocabulary
        self.matrices |= {"enter": enter, "leave": w["vocabulary.leave.weight"]}
        self.places, self.missing = places_of(words, vocabulary)

    def angles(self):
        return angles(self.length + SPARE)


def make(net, vocabulary, weights, part):
    parts = Student(net, vocabulary)
    linear = low_rank_head(parts, block_linear(parts), "head")

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

"""A feature head of drafting_nets.py, as a graph that makes one guess, and its section of model.json.

    python3 export_head.py --net WORK/slim.npz --out ../../smollm2-135m

    inputs   input_ids int64 [1, S] | features float [1, S, n * D], the target's, of the token before each, or 0
             states float [1, S, d]: the head's own state of the token before, where there are no features, or 0
             seqlens_k int32 [1] = T - 1, total_len int32 [1] = T: rows read before and now
             past_key, past_value float [1, KV, C, 64], C >= T
    outputs  words int64 [K], by their places in eagle.words.bin: the likeliest behind the last row, the best first
             logits float [K], theirs, as logarithms of their chances | state float [1, 1, d], of the last row
             present_key, present_value: the past with the new rows behind it
"""
import argparse
import os

import numpy as np

from export_model import read_json, write_model
from matrices import BYTE_ZERO, HEAD_SIZE, block_matrix, quantise_blocks
from onnx_graph import FLOAT, INT32, INT64, MS, Graph, WeightFile

BASE = 100_000          # of the rotary positions, the target's
EPSILON = 1e-5
LENGTH = 4096           # rows that it can read
SPARE = 64              # positions behind the longest text, for drafts
BEST = 16                # words that come out


def angles(length):
    """Turns of rotary positions [length, 32]."""
    return np.arange(length)[:, None] / BASE ** (np.arange(0, HEAD_SIZE, 2) / HEAD_SIZE)


def load(path):
    """-> {name: float32 weights}, the tokens that can be guessed (None: all)."""
    with np.load(path) as z:
        return {name: z[name].astype(np.float32) for name in z.files if name not in ("words", "stands")}, z.get("words")


def stands(path):
    """-> the facts of a section that stands.py has measured, where it has."""
    with np.load(path) as z:
        return {"stands": z["stands"].round(4).tolist()} if "stands" in z.files else {}


class HeadGraph(Graph):
    """A graph over the weights of a network of drafting_nets.py, and what all of them do alike."""

    def __init__(self, name, w, words, vocabulary, weights):
        super().__init__(name, weights)
        self.w, self.words = w, words
        # Tokens by their places among the words; all others share the row behind the last one.
        self.places, self.placed = np.full(vocabulary, len(words), np.int64), None
        self.places[words] = np.arange(len(words))
        self.table = block_matrix(self, "table", *quantise_blocks(w["vocabulary.table"]))

    def product(self, x, numbers, scales, n, k):
        return self.op("MatMulNBits", [x, numbers, self.op("Reshape", [scales, self.ints(-1)])], domain=MS, K=k, N=n, bits=8,
                       block_size=32, accuracy_level=4)

    def linear(self, x, name):
        return self.product(x, *block_matrix(self, name, *quantise_blocks(self.w[name])), *self.w[name].shape)

    def norm(self, x, name):
        return self.op("SimplifiedLayerNormalization", [x, self.weight(name, self.w[name])], axis=-1, epsilon=EPSILON)

    def gated(self, x, name=""):
        """SwiGLU, its norm apart."""
        ff = self.w[f"{name}down.weight"].shape[1]
        gate, up = self.op("Split", [self.linear(x, f"{name}gu.weight"), self.ints(ff, ff)], 2, axis=-1)
        gate = self.op("QuickGelu", [gate], domain=MS, alpha=1.0)
        return self.linear(self.op("Mul", [gate, up]), f"{name}down.weight")

    def embed(self, at):
        """Places of tokens [.., S] -> rows [.., S, d]."""
        numbers, scales = (self.op("Gather", [part, at]) for part in self.table)
        rows = self.op("Sub", [self.op("Cast", [numbers], to=FLOAT), self.const(BYTE_ZERO, np.float32)])
        rows = self.op("Mul", [rows, self.op("Unsqueeze", [scales, self.ints(-1)])])
        return self.linear(self.op("Reshape", [rows, self.ints(0, 0, self.w["vocabulary.table"].shape[1])]), "vocabulary.enter.weight")

    def place(self, tokens):
        self.placed = self.placed or self.weight("places", self.places)
        return self.op("Gather", [self.placed, tokens])

    def taps(self, features):
        """The target's features [.., n * D] -> the same, each layer's by its own norm."""
        layers = sum(name.startswith("tap_norms.") for name in self.w)
        parts = self.op("Split", [features], layers, axis=-1, num_outputs=layers)
        return [self.norm(part, f"tap_norms.{i}.weight") for i, part in enumerate(parts)]

    def likeliest(self, h):
        """States [.., d] -> their likeliest words [.., K], and the logarithms of their chances."""
        small = self.linear(self.norm(h, "vocabulary.norm.weight"), "vocabulary.leave.weight")
        logits = self.product(small, *self.table, *self.w["vocabulary.table"].shape)
        # The last row stands for all other tokens: it is none that can be guessed.
        logits = self.op("Slice", [logits, self.ints(0), self.ints(len(self.words)), self.ints(-1)])
        best, words = self.op("TopK", [logits, self.ints(BEST)], 2, axis=-1)
        most = self.op("Slice", [best, self.ints(0), self.ints(1), self.ints(-1)])
        # ReduceLogSumExp takes three times as long.
        total = self.op("ReduceSum", [self.op("Exp", [self.op("Sub", [logits, most])]), self.ints(-1)])
        return words, self.op("Sub", [self.op("Sub", [best, most]), self.op("Log", [total])])


class Sizes:
    def __init__(self, w):
        self.d = w["fuse.weight"].shape[0]
        self.heads = w["block.o.weight"].shape[1] // HEAD_SIZE
        self.kv = (w["block.qkv.weight"].shape[0] // HEAD_SIZE - self.heads) // 2
        self.features = w["fuse.weight"].shape[1]


def build(w, words, vocabulary, weights):
    g, net = HeadGraph("head", w, words, vocabulary, weights), Sizes(w)
    for name, kind, shape in (("input_ids", INT64, [1, "S"]), ("features", FLOAT, [1, "S", net.features]),
                              ("states", FLOAT, [1, "S", net.d]), ("seqlens_k", INT32, [1]), ("total_len", INT32, [1]),
                              ("past_key", FLOAT, [1, net.kv, "C", HEAD_SIZE]),
                              ("past_value", FLOAT, [1, net.kv, "C", HEAD_SIZE])):
        g.input(name, kind, shape)
    # Positions count from the first row that was read: only distances matter.
    turned = angles(LENGTH)
    turns = g.weight("cos", np.cos(turned).astype(np.float32)), g.weight("sin", np.sin(turned).astype(np.float32))
    seen, at = g.op("Concat", g.taps("features"), axis=-1), g.place("input_ids")
    # Features of 0 add nothing.
    h = g.op("Add", [g.linear(seen, "fuse.weight"), "states"])
    x = g.norm(g.op("Concat", [g.embed(at), g.norm(h, "nh.weight")], axis=-1), "block.n1.weight")
    wide = net.kv * HEAD_SIZE
    parts = g.op("Split", [g.linear(x, "block.qkv.weight"), g.ints(net.heads * HEAD_SIZE, wide, wide)], 3, axis=-1)
    attended, *past = g.op("GroupQueryAttention", [*parts, "past_key", "past_value", "seqlens_k", "total_len", *turns], 3, MS,
                           num_heads=net.heads, kv_num_heads=net.kv, do_rotary=1)
    # Of the rows before the last one only keys and values are wanted.
    h, attended = (g.op("Gather", [value, g.ints(-1)], axis=1) for value in (h, attended))
    h = g.op("Add", [h, g.linear(attended, "block.o.weight")])
    h = g.op("Add", [h, g.gated(g.norm(h, "block.n2.weight"), "block.")])
    for name, kind, value in zip(("words", "logits"), (INT64, FLOAT), g.likeliest(h)):
        g.output(g.op("Reshape", [value, g.ints(-1)], [name]), kind, [BEST])
    g.output(g.name_as(h, "state"), FLOAT, [1, 1, net.d])
    for name, value in zip(("present_key", "present_value"), past):
        g.output(g.name_as(value, name), FLOAT, [1, net.kv, "P", HEAD_SIZE])
    return g


def add_net(part, make, net, out):
    """Writes PART.onnx over PART.bin, made of the network in the file `net`, and its section into out/model.json.

    make(net, vocabulary, weights, part) -> Graph, facts of the section, and the tokens that can be guessed, where they get a
    file of their own.
    """
    model = read_json(out, "model.json")
    facts = {key: model[key] for key in ("name", "version", "license")}
    order = list(model)
    if part not in model:
        order.insert(order.index("target") + 1, part)

    def write(part, model):
        weights = WeightFile(os.path.join(out, f"{part}.bin"))
        graph, facts, words = make(net, model["target"]["vocabularySize"], weights, part)
        graph.save(f"{out}/{part}.onnx")
        weights.save()
        model[part] = {"graph": f"{part}.onnx"}
        if words is not None:
            words.astype("<u2").tofile(f"{out}/{part}.words.bin")
            model[part] |= {"words": f"{part}.words.bin", "features": next(iter(model["target"]["features"]))}
        model[part] |= facts
    write_model(argparse.Namespace(out=out, parts=part, **facts), model["kind"], order, write)


def export_net(part, make):
    """The same from the command line; --parts: another name of the section."""
    args = argparse.ArgumentParser()
    args.add_argument("--parts", default=part)
    args.add_argument("--net", required=True)
    args.add_argument("--out", required=True)
    a = args.parse_args()
    add_net(a.parts, make, a.net, a.out)


def make(net, vocabulary, weights, part):
    w, words = load(net)
    sizes = Sizes(w)
    facts = dict(stateSize=sizes.d, keyValueHeads=sizes.kv, headSize=HEAD_SIZE, length=LENGTH)
    return build(w, words, vocabulary, weights), facts, words


if __name__ == "__main__":
    export_net("eagle", make)

"""follow.onnx: everything about a text that the text drafters need, in one pass over its phonemes.

    inputs   symbols int64 [1, S] (own ids, ^ and $ included) | groups int64 [1, S] | count int64 [1] = P groups
    outputs  advance float [P+1, h]: Wa [H_p; H_p+1] + ba | unit float [P+2, h]: Wu H_p + bu
             durations int64 [P]: units of every group | reference int64 [T]: the units of the whole text, END last
             candidates int64 [P+2, CANDIDATES]: the units each group may say, likeliest first

H_P is the state behind the last group, H_P+1 is zero. The tables of follow's steps lie in follow.bin.
"""
import math
import os

import numpy as np

import shared  # noqa: F401
from export_layers import Layers
from export_tables import write_tables
from export_target import Sentences
from follow import PAST
from int8_weights import read_int8
from onnx_graph import FLOAT, INT64
from phones import LONGEST

ATTENTION_HEADS = 4
CANDIDATES = 32         # hold 99.95 % of the held sentences' units
EARLIEST = 5            # places of a group at which its candidates are asked for
FILES = ("follow", "reference", "duration_student")


class TextGraph(Layers):
    """Batch of one without padding, so the masks of training are all ones and left out."""

    def __init__(self, weights):
        """weights: state dicts by file, as one dict with keys FILE:NAME; float16 is what training stored."""
        super().__init__("follow", weights, quantised=False)

    def residuals(self, x, norms, convs):
        """x + gelu(conv(norm(x))), layer after layer of two lists such as en.n.0 ... and en.c.0 ..."""
        for i in range(self.count(convs)):
            y = self.conv(self.norm(x, f"{norms}.{i}"), f"{convs}.{i}")
            x = self.g.op("Add", [x, self.g.op("Gelu", [y])])
        return x

    def attention(self, x, p, d):
        g, size = self.g, d // ATTENTION_HEADS
        qkv = g.op("Reshape", [self.linear(self.norm(x, p + "an"), p + "qkv"), g.ints(-1, 3, ATTENTION_HEADS, size)])
        q, k, v = g.op("Split", [g.op("Transpose", [qkv], perm=[1, 2, 0, 3]), g.ints(1, 1, 1)], 3, axis=0)
        a = g.op("MatMul", [q, g.op("Transpose", [k], perm=[0, 1, 3, 2])])
        a = g.op("Softmax", [g.op("Mul", [a, g.const(1 / math.sqrt(size), np.float32)])], axis=-1)
        a = g.op("Transpose", [g.op("MatMul", [a, v])], perm=[0, 2, 1, 3])
        return g.op("Add", [x, self.linear(g.op("Reshape", [a, g.ints(1, -1, d)]), p + "ao")])

    def range(self, end):
        """Scalar int64 -> 0 ... end - 1."""
        return self.g.op("Range", [self.g.const(0, np.int64), end, self.g.const(1, np.int64)])

    def phone_states(self, file):
        """-> [1, P+1, d], by the phone encoder of a file."""
        g, p = self.g, file + ":en."
        places, d = self.w[p + "pe.weight"].shape
        length = g.op("Squeeze", [g.op("Shape", ["symbols"], start=1, end=2), g.ints(0)])
        place = g.op("Min", [self.range(length), g.const(places - 1, np.int64)])
        x = g.op("Add", [g.op("Gather", [self.tensor(p + "e.weight"), "symbols"]),
                         g.op("Gather", [self.tensor(p + "pe.weight"), place])])
        x = self.attention(self.residuals(x, p + "n", p + "c"), p, d)
        states = g.op("Add", [g.op("Squeeze", ["count", g.ints(0)]), g.const(1, np.int64)])
        own = g.op("Equal", [g.op("Unsqueeze", [self.range(states), g.ints(1)]), "groups"])
        H = g.op("MatMul", [g.op("Cast", [own], to=FLOAT), x])          # sums of the symbols of each group
        return self.residuals(H, p + "kn", p + "k")

    def durations(self):
        """The duration student's whole units, 1 ... 15, of every group [P]."""
        g = self.g
        x = self.linear(self.phone_states("duration_student"), "duration_student:scalar")
        x = g.op("Slice", [g.op("Reshape", [x, g.ints(-1)]), g.ints(0), "count", g.ints(0)])
        x = g.op("Floor", [g.op("Add", [x, g.const(0.5, np.float32)])])
        x = g.op("Clip", [x, g.const(1, np.float32), g.const(LONGEST, np.float32)])
        return g.op("Cast", [x], ["durations"], to=INT64)

    def tables(self, H):
        """advance and unit: the phones' share of follow's two first layers."""
        g, d = self.g, self.w["follow:follow.u.w.weight"].shape[1]
        zero = g.const(np.zeros((1, 1, d)), np.float32)
        longer = g.op("Concat", [H, zero], axis=1)
        after = g.op("Slice", [longer, g.ints(1), g.const([2 ** 31]), g.ints(1)])
        both = g.op("Concat", [H, after], axis=-1)
        for x, name, key in ((both, "advance", "a"), (longer, "unit", "u")):
            x = self.linear(x, f"follow:follow.{key}.w")
            g.op("Squeeze", [x, g.ints(0)], [name])

    def candidates(self, durations, share):
        """Top units of every group: the most that any of its first places gives them, behind average units.

        share [K]: how often each unit occurs.
        """
        g, w, p = self.g, self.w, "follow:follow."
        K = len(w[p + "o.bias"]) - 1
        behind = sum(share @ w[f"{p}u.t.{i}.weight"][:K].astype(np.float32) for i in range(PAST))
        places = w[p + "u.j.weight"][:EARLIEST].astype(np.float32) + behind
        length = g.op("Concat", [g.op("Min", [durations, g.const(LONGEST, np.int64)]), g.ints(0, 0)], axis=0)
        x = g.op("Add", ["unit", g.op("Gather", [self.tensor(p + "u.r.weight"), length])])
        x = g.op("Relu", [g.op("Add", [x, g.const(places[:, None], np.float32)])])
        x = g.op("LogSoftmax", [self.linear(x, p + "o")], axis=-1)
        x = g.op("ReduceMax", [x, g.ints(0)], keepdims=0)
        x = g.op("Slice", [x, g.ints(0), g.ints(K), g.ints(1)])
        g.op("TopK", [x, g.ints(CANDIDATES)], ["likely", "candidates"], axis=1)

    def reference(self, H, durations):
        """Units of all places on the grid of the durations, END behind them."""
        g = self.g
        ends = g.op("CumSum", [durations, g.const(0, np.int64)])
        total = g.op("ReduceSum", [durations], keepdims=0)
        at = self.range(total)
        behind = g.op("LessOrEqual", [ends, g.op("Unsqueeze", [at, g.ints(1)])])      # [T, P]: the group is over
        phone = g.op("ReduceSum", [g.op("Cast", [behind], to=INT64), g.ints(1)], keepdims=0)
        length = g.op("Gather", [durations, phone])
        place = g.op("Sub", [at, g.op("Sub", [g.op("Gather", [ends, phone]), length])])
        phone = g.op("Concat", [phone, "count"], axis=0)
        place, length = (g.op("Concat", [x, g.ints(0)], axis=0) for x in (place, length))
        x = g.op("Gather", [H, phone], axis=1)
        for table, index in (("ej", place), ("ek", length)):
            index = g.op("Min", [index, g.const(LONGEST, np.int64)])
            x = g.op("Add", [x, g.op("Gather", [self.tensor(f"reference:ref.{table}.weight"), index])])
        x = self.linear(self.residuals(x, "reference:ref.n", "reference:ref.c"), "reference:ref.o")
        K = len(self.w["reference:ref.o.bias"]) - 1
        end = g.op("Concat", [g.op("Reshape", [total, g.ints(1)]), g.ints(K)], axis=0)
        units = g.op("Slice", [x, g.ints(0, 0), end, g.ints(1, 2)])
        units = g.op("Squeeze", [g.op("ArgMax", [units], axis=-1, keepdims=0), g.ints(0)])
        return g.op("Concat", [units, g.ints(K)], ["reference"], axis=0)

    def build(self, share):
        g, hidden = self.g, len(self.w["follow:follow.u.w.bias"])
        g.input("symbols", INT64, [1, "S"])
        g.input("groups", INT64, [1, "S"])
        g.input("count", INT64, [1])
        H = self.phone_states("follow")
        self.tables(H)
        durations = self.durations()
        self.reference(H, durations)
        self.candidates(durations, share)
        g.output("advance", FLOAT, ["P1", hidden])
        g.output("unit", FLOAT, ["P2", hidden])
        g.output("durations", INT64, ["P"])
        g.output("reference", INT64, ["T"])
        g.output("candidates", INT64, ["P2", CANDIDATES])
        return g


def export_follow(work, out):
    """-> follow's section of model.json, or None."""
    paths = {f: os.path.join(work, f + ".npz") for f in FILES}
    if not all(os.path.exists(p) for p in paths.values()):
        return None
    weights = {f"{file}:{k}": v for file, path in paths.items() for k, v in read_int8(path).items()}
    s = Sentences(work)
    share = np.bincount(s.u, minlength=s.K) / len(s.u)
    TextGraph(weights).build(share.astype(np.float32)).save(f"{out}/follow.onnx")
    return dict(graph="follow.onnx", tables="follow.bin", hidden=len(weights["follow:follow.u.w.bias"]),
                places=LONGEST + 1, history=PAST,
                arrays=write_tables(weights, f"{out}/follow.bin"))

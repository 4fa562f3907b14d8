"""A feature head that drafts.py has taught, as a graph that makes one guess, and its section of model.json.

    python3 export_head.py --net WORK/slim.npz --out ../../smollm2-135m

    inputs   input_ids int64 [1, S] | features float [1, S, n * D], the target's, of the token before each, or 0
             states float [1, S, d]: the head's own state of the token before, where there are no features, or 0
             seqlens_k int32 [1] = T - 1, total_len int32 [1] = T: rows read before and now
             past_key, past_value float [1, KV, C, 64], C >= T
    outputs  words int64 [K], by their places in eagle.words.bin: the likeliest behind the last row, the best first
             logits float [K], theirs, as logarithms of their chances | state float [1, 1, d], of the last row
             present_key, present_value: the past with the new rows behind it
"""
import os

import numpy as np

import shared  # noqa: F401
from export import ORDER
from export_model import arguments, write_model
from matrices import BYTE_ZERO, HEAD_SIZE, block_matrix, quantise_blocks
from onnx_graph import FLOAT, INT32, INT64, MS, Graph, WeightFile
from parts import FEATURES

BASE = 100_000          # of the rotary positions, the target's
EPSILON = 1e-5
LENGTH = 4096           # rows that it can read
BEST = 16                # words that come out


class Net:
    def __init__(self, path):
        with np.load(path) as z:
            self.w = {name: z[name].astype(np.float32) for name in z.files if name != "words"}
            self.words = z["words"]
        self.d = self.w["fuse.weight"].shape[0]
        self.heads = self.w["block.o.weight"].shape[1] // HEAD_SIZE
        self.kv = (self.w["block.qkv.weight"].shape[0] // HEAD_SIZE - self.heads) // 2
        self.ff = self.w["block.down.weight"].shape[1]
        self.rank = self.w["vocabulary.table"].shape[1]
        self.layers, self.batched = 1, False


def build(net, vocabulary, weights):
    g, w = Graph("head", weights), net.w
    for name, kind, shape in (("input_ids", INT64, [1, "S"]),
                              ("features", FLOAT, [1, "S", len(FEATURES) * w["tap_norms.0.weight"].shape[0]]),
                              ("states", FLOAT, [1, "S", net.d]), ("seqlens_k", INT32, [1]), ("total_len", INT32, [1]),
                              ("past_key", FLOAT, [1, net.kv, "C", HEAD_SIZE]),
                              ("past_value", FLOAT, [1, net.kv, "C", HEAD_SIZE])):
        g.input(name, kind, shape)
    table = block_matrix(g, "table", *quantise_blocks(w["vocabulary.table"]))
    # Positions count from the first row that was read: only distances matter.
    angles = np.arange(LENGTH)[:, None] / BASE ** (np.arange(0, HEAD_SIZE, 2) / HEAD_SIZE)
    turns = g.weight("cos", np.cos(angles).astype(np.float32)), g.weight("sin", np.sin(angles).astype(np.float32))

    def product(x, numbers, scales, n, k):
        return g.op("MatMulNBits", [x, numbers, g.op("Reshape", [scales, g.ints(-1)])], domain=MS, K=k, N=n, bits=8,
                    block_size=32, accuracy_level=4)

    def linear(x, name):
        return product(x, *block_matrix(g, name, *quantise_blocks(w[name])), *w[name].shape)

    def norm(x, name):
        return g.op("SimplifiedLayerNormalization", [x, g.weight(name, w[name])], axis=-1, epsilon=EPSILON)

    def embed(at):
        numbers, scales = (g.op("Gather", [part, at]) for part in table)
        rows = g.op("Sub", [g.op("Cast", [numbers], to=FLOAT), g.const(BYTE_ZERO, np.float32)])
        rows = g.op("Mul", [rows, g.op("Unsqueeze", [scales, g.ints(-1)])])
        return linear(g.op("Reshape", [rows, g.ints(0, 0, net.rank)]), "vocabulary.enter.weight")

    def step(at, h, past, seen, total):
        """Rows of words and states -> the last one's state [1, 1, d], the past behind it."""
        x = norm(g.op("Concat", [embed(at), norm(h, "nh.weight")], axis=-1), "block.n1.weight")
        wide = net.kv * HEAD_SIZE
        parts = g.op("Split", [linear(x, "block.qkv.weight"), g.ints(net.heads * HEAD_SIZE, wide, wide)], 3, axis=-1)
        attended, *past = g.op("GroupQueryAttention", [*parts, *past, seen, total, *turns], 3, MS, num_heads=net.heads,
                               kv_num_heads=net.kv, do_rotary=1)
        # Of the rows before the last one only keys and values are wanted.
        h, attended = (g.op("Gather", [x, g.ints(-1)], axis=1) for x in (h, attended))
        h = g.op("Add", [h, linear(attended, "block.o.weight")])
        gate, up = g.op("Split", [linear(norm(h, "block.n2.weight"), "block.gu.weight"), g.ints(net.ff, net.ff)], 2, axis=-1)
        gate = g.op("QuickGelu", [gate], domain=MS, alpha=1.0)
        return g.op("Add", [h, linear(g.op("Mul", [gate, up]), "block.down.weight")]), past

    def likeliest(h):
        """State -> the likeliest words [K], and the logarithms of their chances [K]."""
        small = linear(norm(h, "vocabulary.norm.weight"), "vocabulary.leave.weight")
        logits = product(small, *table, *w["vocabulary.table"].shape)
        # The last row stands for all other tokens: it is none that can be guessed.
        logits = g.op("Slice", [logits, g.ints(0), g.ints(len(net.words)), g.ints(-1)])
        best, words = g.op("TopK", [logits, g.ints(BEST)], 2, axis=-1)
        most = g.op("Slice", [best, g.ints(0), g.ints(1), g.ints(-1)])
        # ReduceLogSumExp takes three times as long.
        total = g.op("ReduceSum", [g.op("Exp", [g.op("Sub", [logits, most])]), g.ints(-1)])
        return words, g.op("Sub", [g.op("Sub", [best, most]), g.op("Log", [total])])

    # Tokens by their places among the words; all others share the row behind the last one.
    places = np.full(vocabulary, len(net.words), np.int64)
    places[net.words] = np.arange(len(net.words))
    taps = g.op("Split", ["features"], len(FEATURES), axis=-1, num_outputs=len(FEATURES))
    fused = g.op("Concat", [norm(tap, f"tap_norms.{i}.weight") for i, tap in enumerate(taps)], axis=-1)
    at = g.op("Gather", [g.weight("places", places), "input_ids"])
    # Features of 0 add nothing.
    h, past = step(at, g.op("Add", [linear(fused, "fuse.weight"), "states"]), ["past_key", "past_value"], "seqlens_k",
                   "total_len")
    for name, kind, value in zip(("words", "logits"), (INT64, FLOAT), likeliest(h)):
        g.output(g.op("Reshape", [value, g.ints(-1)], [name]), kind, [BEST])
    g.output(g.name_as(h, "state"), FLOAT, [1, 1, net.d])
    for name, value in zip(("present_key", "present_value"), past):
        g.output(g.name_as(value, name), FLOAT, [1, net.kv, "P", HEAD_SIZE])
    return g


def main():
    args = arguments(("eagle",), "smollm2", "Apache-2.0")
    args.add_argument("--net", required=True)
    args.add_argument("--out", required=True)
    a = args.parse_args()
    net = Net(a.net)

    def write(part, model):
        weights = WeightFile(os.path.join(a.out, "eagle.bin"))
        build(net, model["target"]["vocabularySize"], weights).save(f"{a.out}/eagle.onnx")
        weights.save()
        net.words.astype("<u2").tofile(f"{a.out}/eagle.words.bin")
        model["eagle"] = dict(graph="eagle.onnx", words="eagle.words.bin", features="features", stateSize=net.d,
                              keyValueHeads=net.kv, headSize=HEAD_SIZE, length=LENGTH)
    write_model(a, "text", ORDER, write)


if __name__ == "__main__":
    main()

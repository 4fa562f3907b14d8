"""A feature head that drafts.py has taught, as a graph, and its section of model.json.

    python3 export_head.py --net WORK/slim.npz --out ../../smollm2-135m

    inputs   input_ids, position_ids int64 [1, S] | features float [1, S, n * D], the target's, of the token before each
             hidden float [1, S, d], the head's own (either of both is zeros) | attn_bias, total_len, rows, past_key.0,
             past_value.0 as in ../common/lm_graph.py
    outputs  logits float [R, words + 1] | hidden_out float [R, d] | new_kv float [1, S, 2 * KV * 64]
"""
import os

import numpy as np

import shared  # noqa: F401
from export_model import arguments, read_json, write_model
from lm_attention import ProductAttention
from matrices import HEAD_SIZE, block_matrix, quantise_blocks
from onnx_graph import FLOAT, INT32, INT64, MS, Graph, WeightFile
from parts import FEATURES

BASE = 100_000          # of the rotary positions, the target's
EPSILON = 1e-5
BYTE_ZERO = 128


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
    g = Graph("head", weights)
    w = net.w
    for name, kind, shape in (("input_ids", INT64, [1, "S"]), ("position_ids", INT64, [1, "S"]),
                              ("features", FLOAT, [1, "S", len(FEATURES) * w["tap_norms.0.weight"].shape[0]]),
                              ("hidden", FLOAT, [1, "S", net.d]), ("attn_bias", FLOAT, [1, 1, "S", "T"]),
                              ("total_len", INT32, [1]), ("rows", INT64, ["R"]),
                              ("past_key.0", FLOAT, [1, net.kv, "C", HEAD_SIZE]),
                              ("past_value.0", FLOAT, [1, net.kv, "C", HEAD_SIZE])):
        g.input(name, kind, shape)

    def linear(x, name, matrix=None):
        numbers, scales = block_matrix(g, name, *quantise_blocks(w[name] if matrix is None else matrix))
        n, k = (w[name] if matrix is None else matrix).shape
        return g.op("MatMulNBits", [x, numbers, g.op("Reshape", [scales, g.ints(-1)])], domain=MS, K=k, N=n, bits=8,
                    block_size=32, accuracy_level=4)

    def norm(x, name):
        return g.op("SimplifiedLayerNormalization", [x, g.weight(name, w[name])], axis=-1, epsilon=EPSILON)

    # Tokens by their places among the words; all others share the row behind the last one.
    places = np.full(vocabulary, len(net.words), np.int32)
    places[net.words] = np.arange(len(net.words))
    at = g.op("Gather", [g.weight("places", places), "input_ids"])
    table = w["vocabulary.table"]
    numbers, scales = block_matrix(g, "table", *quantise_blocks(table))
    rows = g.op("Sub", [g.op("Cast", [g.op("Gather", [numbers, at])], to=FLOAT), g.const(BYTE_ZERO, np.float32)])
    rows = g.op("Mul", [rows, g.op("Unsqueeze", [g.op("Gather", [scales, at]), g.ints(-1)])])
    e = linear(g.op("Reshape", [rows, g.ints(0, 0, net.rank)]), "vocabulary.enter.weight")

    taps = g.op("Split", ["features"], len(FEATURES), axis=-1, num_outputs=len(FEATURES))
    fused = g.op("Concat", [norm(tap, f"tap_norms.{i}.weight") for i, tap in enumerate(taps)], axis=-1)
    h = g.op("Add", [linear(fused, "fuse.weight"), "hidden"])

    x = norm(g.op("Concat", [e, norm(h, "nh.weight")], axis=-1), "block.n1.weight")
    wide = net.kv * HEAD_SIZE
    q, k, value = g.op("Split", [linear(x, "block.qkv.weight"), g.ints(net.heads * HEAD_SIZE, wide, wide)], 3, axis=-1)
    # Tables for the rows at hand, which are rows 0, 1, ... of them.
    steps = (1 / BASE ** (np.arange(0, HEAD_SIZE, 2) / HEAD_SIZE)).astype(np.float32)
    angles = g.op("Mul", [g.op("Cast", [g.op("Reshape", ["position_ids", g.ints(-1, 1)])], to=FLOAT), g.const(steps)])
    tables = g.op("Cos", [angles]), g.op("Sin", [angles])
    count = g.op("Shape", ["input_ids"], start=1, end=2)
    positions = g.op("Range", [g.const(0, np.int64), g.op("Squeeze", [count]), g.const(1, np.int64)])
    positions = g.op("Unsqueeze", [positions, g.ints(0)])
    turn = lambda part: g.op("RotaryEmbedding", [part, positions, *tables], domain=MS)
    q, key = turn(q), turn(k)
    attended = ProductAttention(g, net)(0, q, key, value)
    h = g.op("Add", [h, linear(attended, "block.o.weight")])
    gate, up = g.op("Split", [linear(norm(h, "block.n2.weight"), "block.gu.weight"), g.ints(net.ff, net.ff)], 2, axis=-1)
    gate = g.op("QuickGelu", [gate], domain=MS, alpha=1.0)
    h = g.op("Add", [h, linear(g.op("Mul", [gate, up]), "block.down.weight")])

    h = g.op("Gather", [g.op("Reshape", [h, g.ints(-1, net.d)]), "rows"])
    small = linear(norm(h, "vocabulary.norm.weight"), "vocabulary.leave.weight")
    # One logit too many, for the row that stands for all other tokens: readers leave it out.
    g.op("MatMulNBits", [small, numbers, g.op("Reshape", [scales, g.ints(-1)])], ["logits"], MS, K=net.rank, N=len(table),
         bits=8, block_size=32, accuracy_level=4)
    g.output("logits", FLOAT, ["R", len(table)])
    g.output(g.name_as(h, "hidden_out"), FLOAT, ["R", net.d])
    g.output(g.op("Concat", [key, value], ["new_kv"], axis=-1), FLOAT, [1, "S", 2 * wide])
    return g


def main():
    args = arguments(("eagle",), "smollm2", "Apache-2.0")
    args.add_argument("--net", required=True)
    args.add_argument("--out", required=True)
    a = args.parse_args()
    known = read_json(a.out, "model.json")
    net = Net(a.net)

    def write(part, model):
        weights = WeightFile(os.path.join(a.out, "eagle.bin"))
        build(net, model["target"]["vocabularySize"], weights).save(f"{a.out}/eagle.onnx")
        weights.save()
        net.words.astype("<u2").tofile(f"{a.out}/eagle.words.bin")
        model["target"]["features"] = {"features": len(FEATURES) * net.w["tap_norms.0.weight"].shape[0]}
        model["eagle"] = dict(graph="eagle.onnx", words="eagle.words.bin", features="features", size=net.d,
                              keyValueHeads=net.kv, headSize=HEAD_SIZE)
    order = list(known)
    order.insert(order.index("tokenizer"), "eagle") if "eagle" not in order else None
    write_model(a, "text", order, write)


if __name__ == "__main__":
    main()

"""A block drafter of drafting_nets.py, as a graph that makes all its guesses in one pass, and its section of model.json.

    python3 export_block.py --net WORK/block.npz --out ../../smollm2-135m
    python3 export_block.py --net WORK/specdec.npz --parts specdec --out ../../smollm2-135m

    inputs   input_ids int64 [1, 1], the last token | features float [1, S, n * D], the target's, of the S tokens before it
             own_ids int64 [1, S] (specdec): these tokens where they stand for themselves, -1 where their features do
             total_len int32 [1] = T: rows of features read before and now
             past_key.i, past_value.i float [1, KV, C, 64], C >= T - S
    outputs  words int64 [guesses, K], by their places in PART.words.bin, the best first | logits float [guesses, K], theirs, as
             logarithms of their chances | new_kv float [1, S, layers * 2 * KV * 64] (layer after layer: key, then value), of the S rows
"""
import numpy as np

from export_head import BASE, BEST, LENGTH, HeadGraph, export_net, load, stands
from lm_attention import past_rows
from matrices import HEAD_SIZE
from onnx_graph import FLOAT, INT32, INT64, MS


class BlockGraph(HeadGraph):
    def __init__(self, w, words, vocabulary, weights):
        super().__init__("block", w, words, vocabulary, weights)
        self.d, self.features = w["fuse.weight"].shape
        self.layers, self.guesses = sum(name.startswith("contexts.") for name in w), len(w["masked"])
        self.kv = len(w["contexts.0.weight"]) // 2 // HEAD_SIZE
        self.heads = w["blocks.0.o.weight"].shape[1] // HEAD_SIZE

    def count(self):
        """Rows of the past, of the pass, and the places of the pass's rows and of the block behind them, [1, S] and [1, guesses + 1].

        Places count from the first row that was read: only distances matter.
        """
        rows, total = self.op("Shape", ["features"], start=1, end=2), self.op("Cast", ["total_len"], to=INT64)
        self.past = self.op("Sub", [total, rows])
        scalar = lambda value: self.op("Squeeze", [value, self.ints(0)])
        behind = self.op("Add", [total, self.ints(self.guesses + 1)])
        between = lambda a, b: self.op("Unsqueeze", [self.op("Range", [scalar(a), scalar(b), self.const(1, np.int64)]), self.ints(0)])
        self.seen, self.block = between(self.past, total), between(total, behind)
        angles = np.arange(LENGTH + self.guesses + 1)[:, None] / BASE ** (np.arange(0, HEAD_SIZE, 2) / HEAD_SIZE)
        self.turns = self.weight("cos", np.cos(angles).astype(np.float32)), self.weight("sin", np.sin(angles).astype(np.float32))

    def turn(self, x, places):
        return self.op("RotaryEmbedding", [x, places, *self.turns], domain=MS)

    def by_head(self, x, heads):
        """[1, S, heads * 64] -> [1, heads, S, 64]."""
        return self.op("Transpose", [self.op("Reshape", [x, self.ints(0, 0, heads, HEAD_SIZE)])], perm=[0, 2, 1, 3])

    def context(self, prompt_only):
        """What keys and values of the rows read are made of, [1, S, d]."""
        c = self.linear(self.op("Concat", self.taps("features"), axis=-1), "fuse.weight")
        if prompt_only:
            # Rows that have features get some token's row here, which is left out again.
            own = self.embed(self.place(self.op("Max", ["own_ids", self.const(0, np.int64)])))
            said = self.op("Unsqueeze", [self.op("GreaterOrEqual", ["own_ids", self.const(0, np.int64)]), self.ints(-1)])
            c = self.op("Where", [said, own, c])
        return self.norm(c, "nc.weight")

    def attend(self, i, q, own, fresh):
        """Every row of the block sees all that was read and all of the block: q, own and fresh keys and values [1, .., heads * 64]."""
        seen = [self.op("Concat", [past, *(self.by_head(part, self.kv) for part in parts)], axis=2)
                for past, *parts in zip(past_rows(self, i, self.past), fresh, own)]
        q = self.op("Reshape", [self.by_head(q, self.heads), self.ints(0, self.kv, -1, HEAD_SIZE)])
        scores = self.op("FusedMatMul", [q, seen[0]], domain=MS, transB=1, alpha=HEAD_SIZE ** -.5)
        y = self.op("MatMul", [self.op("Softmax", [scores], axis=-1), seen[1]])
        y = self.op("Transpose", [self.op("Reshape", [y, self.ints(0, self.heads, -1, HEAD_SIZE)])], perm=[0, 2, 1, 3])
        return self.op("Reshape", [y, self.ints(0, 0, self.heads * HEAD_SIZE)])

    def layer(self, i, h, context):
        """-> the block's states behind layer i, new keys and values of the rows read."""
        p, wide = f"blocks.{i}.", self.kv * HEAD_SIZE
        q, k, v = self.op("Split", [self.linear(self.norm(h, p + "n1.weight"), p + "qkv.weight"),
                                    self.ints(self.heads * HEAD_SIZE, wide, wide)], 3, axis=-1)
        key, value = self.op("Split", [self.linear(context, f"contexts.{i}.weight"), self.ints(wide, wide)], 2, axis=-1)
        key = self.turn(key, self.seen)
        attended = self.attend(i, self.turn(q, self.block), (self.turn(k, self.block), v), (key, value))
        h = self.op("Add", [h, self.linear(attended, p + "o.weight")])
        return self.op("Add", [h, self.gated(self.norm(h, p + "n2.weight"), p)]), (key, value)


def make(net, vocabulary, weights, part):
    w, words = load(net)
    g, prompt_only = BlockGraph(w, words, vocabulary, weights), part == "specdec"
    g.input("input_ids", INT64, [1, 1])
    g.input("features", FLOAT, [1, "S", g.features])
    if prompt_only:
        g.input("own_ids", INT64, [1, "S"])
    g.input("total_len", INT32, [1])
    for i in range(g.layers):
        for kind in ("key", "value"):
            g.input(f"past_{kind}.{i}", FLOAT, [1, g.kv, "C", HEAD_SIZE])
    g.count()
    context, fresh = g.context(prompt_only), []
    h = g.op("Concat", [g.embed(g.place("input_ids")), g.weight("masked", w["masked"][None])], axis=1)
    for i in range(g.layers):
        h, new = g.layer(i, h, context)
        fresh += new
    guesses = g.op("Slice", [h, g.ints(1), g.ints(1 + g.guesses), g.ints(1)])
    for name, kind, value in zip(("words", "logits"), (INT64, FLOAT), g.likeliest(guesses)):
        g.output(g.op("Reshape", [value, g.ints(g.guesses, BEST)], [name]), kind, [g.guesses, BEST])
    g.output(g.op("Concat", fresh, ["new_kv"], axis=-1), FLOAT, [1, "S", g.layers * 2 * g.kv * HEAD_SIZE])
    facts = dict(guesses=g.guesses, layers=g.layers, keyValueHeads=g.kv, headSize=HEAD_SIZE, length=LENGTH)
    return g, facts | stands(net), words


if __name__ == "__main__":
    export_net("block", make)

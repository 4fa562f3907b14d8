"""judge.onnx and judge.json for the benchmark, from what judge.py wrote.

    python3 export_judge.py --weights WORK --out ../../../bench/judge [--captions FOLDER --codes CODES]

judge.onnx: tokens int64 [N, 256] -> logits [N, classes]. Kernels are 4-bit numbers with a float16 scale for every
64 of them, so that the file is small enough for a repository; they are unfolded when a session is made. With
captions.npz and captions.json of a folder and the pictures' tokens it also says how many captions the judge
recognises, with float kernels and as exported: of the held-out list A and of all pictures whose class it knows.
"""
import argparse
import json
import os

import ml_dtypes
import numpy as np

import shared  # noqa: F401
from export_model import read_json
from export_parts import TOKENS, clean_codes
from export_pictures import BATCH_NORM_EPSILON, Codebook, Net
from int8_weights import read_int8
from onnx_graph import FLOAT, INT64, Graph, quantise_rows, session

BLOCK = 64
CLIPS = np.linspace(0.7, 1.05, 15)      # of the scale that fits a block's largest number
BATCH = 256


def four_bits(rows):
    """[N, K], K a multiple of BLOCK -> numbers -8 ... 7 and scales [N, K / BLOCK, 1], those of least squared error."""
    blocks = rows.reshape(len(rows), -1, BLOCK)
    largest = np.abs(blocks).max(2, keepdims=True) / 7
    best, least = None, None
    for clip in CLIPS:
        scale = np.maximum(largest * clip, 1e-6).astype(np.float16).astype(np.float32)
        error = ((np.clip(np.round(blocks / scale), -8, 7) * scale - blocks) ** 2).sum(2, keepdims=True)
        best, least = (scale, error) if best is None else (np.where(error < least, scale, best), np.minimum(error, least))
    return np.clip(np.round(blocks / best), -8, 7), best.astype(np.float16)


class JudgeNet(Net):
    """The convolutions of the judge; strided ones see a border of zeros, too."""

    def __init__(self, weights, small):
        super().__init__("judge", weights, eight_bit=True)
        self.g, self.small = Graph("judge", opset=21), small

    def conv(self, x, name, stride=1, **more):
        if stride > 1:
            x = self.g.op("Pad", [x, self.g.ints(0, 0, 1, 1, 0, 0, 1, 1)])
        return super().conv(x, name, stride, **more)

    def kernel(self, name, array):
        if not self.small:
            return self.g.weight(name, array.astype(np.float32))
        if array[0].size % BLOCK:
            return super().kernel(name, array)
        q, scale = four_bits(array.reshape(len(array), -1).astype(np.float32))
        q = self.g.op("Cast", [self.g.weight(name, q.astype(ml_dtypes.int4))], to=FLOAT)
        scale = self.g.op("Cast", [self.g.weight(name + ".scale", scale)], to=FLOAT)
        return self.g.op("Reshape", [self.g.op("Mul", [q, scale]), self.g.ints(*array.shape)])

    def table(self, name, array):
        """A matrix whose rows are looked up."""
        q, scale = quantise_rows(array)
        q = self.g.op("Cast", [self.g.weight(name, q)], to=FLOAT)
        return self.g.op("Mul", [q, self.g.weight(name + ".scale", scale[:, None])])

    def norm(self, x, w, name):
        """A BatchNorm that follows no convolution."""
        scale = w[name + ".weight"] / np.sqrt(w[name + ".running_var"] + BATCH_NORM_EPSILON)
        shift = w[name + ".bias"] - w[name + ".running_mean"] * scale
        column = lambda a: self.g.const(a[:, None, None], np.float32)
        return self.g.op("Add", [self.g.op("Mul", [x, column(scale)]), column(shift)])


def build_judge(w, small=True):
    module = lambda name: int(name.split(".")[1])
    norm = max(module(k) for k in w if k.startswith("net."))
    net = JudgeNet({k: v for k, v in w.items() if k.startswith("net.") and module(k) < norm}, small)
    g, side = net.g, round(TOKENS ** 0.5)
    tokens = g.op("Reshape", [g.input("tokens", INT64, ["N", TOKENS]), g.ints(-1, side, side)])
    numbers = Codebook({"fsq_levels": w["fsq.levels"].astype(int)}).numbers(g, tokens)
    learnt = g.op("Gather", [net.table("embedding", w["embedding.weight"]), tokens])
    x = g.op("Concat", [numbers, g.op("Transpose", [learnt], perm=[0, 3, 1, 2])], axis=1)
    strides = {i: 2 for i in range(1, norm) if f"net.{i}.weight" in w}
    x = net.silu(net.norm(net.chain(x, strides, {}), w, f"net.{norm}"))
    x = g.op("ReduceMean", [x, g.ints(2, 3)], keepdims=0)
    x = g.op("Gemm", [x, net.kernel("out", w["out.weight"]), g.weight("out.bias", w["out.bias"])], transB=1)
    g.name_as(x, "logits")
    g.output("logits", FLOAT, ["N", len(w["out.bias"])])
    return g


def recognised(graph, codes, labels):
    judge = session(graph.model())
    best = [judge.run(None, {"tokens": codes[i:i + BATCH]})[0].argmax(1) for i in range(0, len(codes), BATCH)]
    return round(float((np.concatenate(best) == labels).mean()), 4)


def check(weights, classes, folder, codes, sample=2000):
    """-> {which pictures: {form: share of captions recognised}}."""
    names = read_json(folder, "captions.json")["caps"]
    label = np.array([classes.index(name) if name in classes else -1 for name in names])
    with np.load(os.path.join(folder, "captions.npz")) as z:
        held = z["testA"]
    known = np.flatnonzero(label >= 0)
    codes = clean_codes(codes, len(names))
    chosen = {"A": held[label[held] >= 0], "all": known[np.linspace(0, len(known) - 1, min(sample, len(known))).astype(int)]}
    forms = {"float": build_judge(weights, small=False), "exported": build_judge(weights)}
    return {which: {form: recognised(graph, codes[at], label[at]) for form, graph in forms.items()}
            for which, at in chosen.items()}


def main():
    args = argparse.ArgumentParser()
    args.add_argument("--weights", required=True, help="folder of judge.npz and judge.json")
    args.add_argument("--out", required=True)
    args.add_argument("--captions", help="folder of captions.npz and captions.json")
    args.add_argument("--codes", help="tokens of the pictures: .npy, .npz or .xz")
    a = args.parse_args()
    weights, facts = read_int8(f"{a.weights}/judge.npz"), read_json(a.weights, "judge.json")
    os.makedirs(a.out, exist_ok=True)
    build_judge(weights).save(f"{a.out}/judge.onnx")
    figures = facts["figures"]
    if a.codes:
        checked = check(weights, facts["classes"], a.captions, a.codes)
        print(json.dumps(checked))
        figures = {**figures, "exported_A": checked["A"]["exported"], "exported_all": checked["all"]["exported"]}
    with open(f"{a.out}/judge.json", "w", encoding="utf8") as f:
        json.dump(dict(classes=facts["classes"], figures=figures), f, ensure_ascii=False, indent=2)
        f.write("\n")
    print(f"judge.onnx: {os.path.getsize(f'{a.out}/judge.onnx') / 1e6:.2f} MB")


if __name__ == "__main__":
    main()

"""Checks the exported image models against plain torch, in Python's onnxruntime.

    python3 export_check.py --weights WORK --captions CAPTIONS.npz --codes CODES --model OUT [--pictures 40]

On held-out pictures: error of the graphs themselves (float32 weights), KL and top-1 agreement of the exported forms,
decoder and encoder; and whether a row has the same bits in passes of 2 to 32 rows, in batches and in a tree.
"""
import os

import numpy as np
import torch

import shared  # noqa: F401
from agreement import Agreement, check_arguments
from export_lm import build_prefix, build_target
from export_parts import Parts, Pictures
from export_reference import ReferencePictures, ReferenceTarget
from matrices import float_linear
from onnx_graph import session
from passes import commit, empty_past, feeds

CAPACITY = 336
WIDTHS = 2, 3, 4, 6, 8, 12, 16, 24, 32
OUTPUTS = ["logits", "new_kv", "hidden"]
MIDDLE = 150            # rows of the past in the checks of batches and trees
TREE_PATH = [0, 2, 4, 6]


class Checked:
    """A target and a prefix graph, run as a program runs them."""

    def __init__(self, parts, target, prefix):
        self.parts, self.target, self.prefix = parts, session(target), session(prefix)
        self.begin = parts.prefix - 1       # the last prefix token is the first row of the target

    def past(self, tokens):
        """-> the cache with the prefix in it, and the prefix' new rows."""
        kv = self.prefix.run(["new_kv"], {"input_ids": np.asarray(tokens)[None, :self.parts.prefix]})[0]
        past = empty_past(self.parts, CAPACITY)
        commit(self.parts, past, kv[:, :self.begin], 0)
        return past, kv[0]

    def whole(self, tokens):
        """Logits of all picture tokens in one pass, and the prefix' rows."""
        past, kv = self.past(tokens)
        return self.target.run(["logits"], feeds(self.parts, tokens[self.begin:-1], self.begin, past))[0], kv

    def chain(self, tokens, width, end):
        """Passes of `width` rows -> logits, new rows and hidden states of all rows, and the cache; none has one row."""
        past, done, out = self.past(tokens)[0], self.begin, []
        while done < end:
            ids = list(tokens[done:min(done + width, end)])
            n = len(ids)
            z, kv, hidden = self.target.run(OUTPUTS, feeds(self.parts, ids + ids[-1:] * (n == 1), done, past))
            commit(self.parts, past, kv[:, :n], done)
            out.append((z[:n], kv[0, :n], hidden[:n]))
            done += n
        return [np.concatenate(x) for x in zip(*out)], past


def keys(parts, kv):
    """Keys of new rows; values carry smoothing factors, so only keys can be compared."""
    return kv.reshape(len(kv), parts.layers, 2, -1)[:, :, 0]


def quality(name, run, pictures, reference, chosen):
    agreement, worst_keys = Agreement(.7), 0
    for i in chosen:
        tokens = pictures.row(i)
        z, kv = run.whole(tokens)
        ref, _, ref_kv = reference(tokens[:-1])
        worst_keys = max(worst_keys, np.abs(keys(run.parts, kv) - keys(run.parts, ref_kv[:len(kv)])).max())
        agreement.add(ref[run.begin:], z, tokens[len(kv):])
    print(f"{name}: {agreement}, of prefix keys {worst_keys:.1e}", flush=True)


def largest(pairs):
    if all((a == b).all() for a, b in pairs):
        return "identical"
    return f"{max(np.abs(a - b).max() for a, b in pairs):.1e}"


def chains(name, run, pictures, chosen):
    """Bits of a row in passes of other widths than two."""
    found = {w: [] for w in WIDTHS[1:]}
    for i in chosen:
        tokens, end = pictures.row(i), run.parts.length
        two, _ = run.chain(tokens, 2, end)
        for width in found:
            found[width] += zip(two, run.chain(tokens, width, end)[0])
    print(f"{name}: against passes of 2 rows:", ", ".join(f"{w} {largest(v)}" for w, v in found.items()), flush=True)


def together(passes):
    """The inputs of passes over equally many rows behind pasts of one length as those of one pass over a batch."""
    size = len(passes[0]["input_ids"][0])
    whole = {k: np.concatenate([f[k] for f in passes]) for k in passes[0]}
    rows = np.concatenate([i * size + f["rows"] for i, f in enumerate(passes)])
    return whole | dict(rows=rows, total_len=passes[0]["total_len"])


def run_flat(run, inputs):
    """Outputs with one row for each of the pass's rows."""
    return [x.reshape(inputs["input_ids"].size, -1) for x in run.target.run(OUTPUTS, inputs)]


def batches(name, run, pictures, chosen):
    """Bits of rows in a batch of several sequences against each alone; and of a row alone and in a tree."""
    past = [run.chain(pictures.row(i), 8, MIDDLE)[1] for i in chosen]
    found = []
    for width in (1, *WIDTHS):
        passes = [feeds(run.parts, pictures.row(i)[MIDDLE:MIDDLE + width], MIDDLE, p) for i, p in zip(chosen, past)]
        alone = [np.concatenate(x) for x in zip(*(run_flat(run, p) for p in passes))]
        found.append((width, largest(list(zip(alone, run_flat(run, together(passes)))))))
    tokens = pictures.row(chosen[0])[MIDDLE:MIDDLE + 4]
    four = run_flat(run, feeds(run.parts, tokens, MIDDLE, past[0]))
    one = run_flat(run, feeds(run.parts, tokens[:1], MIDDLE, past[0]))
    branches = [x[TREE_PATH] for x in run_flat(run, tree(run.parts, tokens, past[0]))]
    print(f"{name}: a batch of {len(chosen)} against each alone:", ", ".join(f"{w} {f}" for w, f in found),
          f"| one row against four: {largest([(a, b[:1]) for a, b in zip(one, four)])}",
          f"| the path of a tree against a chain: {largest(list(zip(branches, four)))}", flush=True)


def tree(parts, tokens, past):
    """A pass over a chain of four tokens with other branches between them."""
    ids = [tokens[0], 7, tokens[1], 9, tokens[2], 11, tokens[3]]
    parents, depth = [-1, 0, 0, 1, 2, 3, 4], [0, 1, 1, 2, 2, 3, 3]
    inputs = feeds(parts, ids, MIDDLE, past)
    inputs["position_ids"] = MIDDLE + np.array([depth])
    inputs["attn_bias"][..., MIDDLE:] = -1e9
    for row in range(len(ids)):
        node = row
        while node >= 0:
            inputs["attn_bias"][0, 0, row, MIDDLE + node] = 0
            node = parents[node]
    return inputs


def check_pictures(folder, model, tokens):
    reference = ReferencePictures(folder)
    ref = reference.decode(tokens)
    pixels = session(f"{model}/decoder.onnx").run(None, {"tokens": tokens})[0]
    psnr = 10 * np.log10(255 ** 2 / ((pixels - ref) ** 2).mean((1, 2, 3)))
    rounding = 10 * np.log10(255 ** 2 / ((np.round(ref) - ref) ** 2).mean())
    print(f"decoder: PSNR to float32 {psnr.mean():.1f} dB, worst {psnr.min():.1f} (rounding alone {rounding:.1f})")
    if not os.path.exists(f"{model}/encoder.onnx"):
        return
    encoder = session(f"{model}/encoder.onnx")
    n, height, width, _ = ref.shape
    small = ref.reshape(n, height // 2, 2, width // 2, 2, 3).mean((2, 4)).round().astype(np.uint8)
    found, noise = encoder.run(None, {"pixels": small})[0], np.random.default_rng(0)
    rough = noise.integers(0, 256, small.shape, np.uint8)
    white = encoder.run(None, {"pixels": np.full_like(small[:1], 250)})[0]
    print(f"encoder: same tokens as torch {(found == reference.encode(small)).mean():.4f}, on noise "
          f"{(encoder.run(None, {'pixels': rough})[0] == reference.encode(rough)).mean():.4f}; back to the decoded "
          f"picture's tokens {(found == tokens.reshape(n, -1)).mean():.4f}; white is {np.unique(white)}", flush=True)


def main():
    a = check_arguments(("weights", "captions", "codes", "model"), pictures=40, chains=3, threads=2)
    torch.set_num_threads(a.threads)
    parts = Parts(a.weights)
    pictures = Pictures(a.captions, a.codes, parts.config["specials"], parts.vocabulary)
    held, reference = pictures.choose(pictures.held, a.pictures), ReferenceTarget(a.weights)
    linear = float_linear(parts)
    graphs = build_target("target", parts, linear).model(), build_prefix("prefix", parts, linear).model()
    quality("graph, float32 weights", Checked(parts, *graphs), pictures, reference, held[:5])
    for file in ("target.float.onnx", "target.onnx"):
        run = Checked(parts, f"{a.model}/{file}", f"{a.model}/prefix.onnx")
        quality(file, run, pictures, reference, held)
        chains(file, run, pictures, held[:a.chains])
        batches(file, run, pictures, held[:2])
    rows, columns = parts.config["tokens"]
    check_pictures(a.weights, a.model, pictures.codes[held].reshape(-1, rows, columns))


if __name__ == "__main__":
    main()

"""Checks exported language models against the weights they come from, in Python's onnxruntime.

    python3 export_check.py --work WORK --model OUT [--sentences 20]

Nats, KL and top-1 agreement with float32 torch on held sentences; passes over a cache against one pass; rows;
and whether chains of 3, 4, 8 and 16 rows give the same bits as passes of two rows.
"""
import os

import numpy as np
import torch

import shared  # noqa: F401
from agreement import Agreement, check_arguments
from export_target import Sentences, load_parts
from follow import Heads
from int8_weights import load_int8
from lm import LM
from onnx_graph import session
from passes import commit, empty_past, feeds

CAPACITY = 512


class Reference:
    """The torch model in float32."""

    def __init__(self, work, kind, parts):
        path = f"{work}/target_[0-9].npz" if kind == "target" else f"{work}/draft.npz"
        self.K = parts.K
        self.model = LM(len(parts.embedding), parts.d, parts.layers, parts.heads, parts.kv, parts.ff).eval()
        self.model.load_state_dict(load_int8(path))
        self.heads = None
        if parts.drafts is not None:
            self.heads = Heads(parts.K, parts.d, *parts.drafts.shape[::2]).eval()
            with np.load(f"{work}/heads.npz") as z:
                self.heads.load_state_dict({k: torch.from_numpy(z[k].astype(np.float32)) for k in z.files})

    @torch.no_grad()
    def logits(self, tokens, begin):
        """-> logits [R, K+1] from BEGIN on, and the heads' [R, n * (K+1)] or None."""
        h = self.model.hidden(torch.tensor([tokens]))[:, begin:]
        z = self.model.logits(h)[0, :, :self.K + 1].numpy()
        return z, None if self.heads is None else self.heads(h)[0].reshape(len(z), -1).numpy()


def chain(run, parts, tokens, begin, width, output="logits"):
    """The prompt in one pass, then passes of `width` rows -> all logits of rows from BEGIN on.

    The last pass is filled up with a row that is not kept, so that no pass has one row.
    """
    past, out = empty_past(parts, CAPACITY), []
    done = begin
    for part in (tokens[:begin],):
        commit(parts, past, run.run(["new_kv"], feeds(parts, part, 0, past, rows=[0, 1]))[0], 0)
    while done < len(tokens):
        ids = tokens[done:done + width]
        z, kv = run.run([output, "new_kv"], feeds(parts, ids + [0] * (width - len(ids)), done, past))
        commit(parts, past, kv[:, :len(ids)], done)
        out.append(z[:len(ids)])
        done += len(ids)
    return np.concatenate(out)


def quality(run, parts, rows, reference, name):
    agreement, heads = Agreement(), 0
    for (tokens, begin), units in rows:
        z, *taps = run.run(["logits"] + (["heads"] if parts.drafts is not None else []),
                           feeds(parts, tokens, rows=range(begin, len(tokens))))
        ref, ref_heads = reference.logits(tokens, begin)
        if taps:
            a, b = (x.reshape(-1, parts.K + 1).argmax(-1) for x in (taps[0], ref_heads))
            heads += (a == b).mean()
        agreement.add(ref, z, np.r_[units, parts.K])
    print(f"{name}: {agreement}"
          + (f", heads' same top-1 {heads / len(rows):.4f}" if parts.drafts is not None else ""), flush=True)


def exactness(run, parts, rows, name):
    """Cache against one pass; chains against two rows; gathered rows against all rows."""
    lines = {}
    for (tokens, begin), _ in rows:
        whole = run.run(["logits"], feeds(parts, tokens))[0]
        few = [begin, len(tokens) - 1]
        for key, picked in (("rows", few), ("rows backwards", few[::-1]), ("one row picked", few[1:])):
            z = run.run(["logits"], feeds(parts, tokens, rows=picked))[0]
            lines.setdefault(key, []).append(np.abs(z - whole[picked]).max())
        two = chain(run, parts, tokens, begin, 2)
        d = np.abs(two - whole[begin:])
        lines.setdefault("cache against one pass", []).append(d.max())
        lines.setdefault("its top-1 differs", []).append((two.argmax(1) != whole[begin:].argmax(1)).sum())
        for width in (3, 4, 8, 16):
            z = chain(run, parts, tokens, begin, width)
            lines.setdefault(f"chain {width}", []).append(np.abs(z - two).max())
            if parts.drafts is not None and width == 8:
                a, b = (chain(run, parts, tokens, begin, w, "heads") for w in (2, 8))
                lines.setdefault("heads, chain 8", []).append(np.abs(a - b).max())
    print(name + ": largest differences:", ", ".join(f"{k} {max(v):.2e}" for k, v in lines.items()), flush=True)


def main():
    a = check_arguments(sentences=20, chains=6)
    torch.set_num_threads(2)
    sentences = Sentences(a.work)
    rows = [(sentences.row(i), sentences.units(i)) for i in sentences.choose(1, a.sentences)]
    for kind, files in (("target", ("target.onnx", "target.float.onnx")), ("draft", ("draft.onnx",))):
        parts = load_parts(a.work, kind, sentences.K)
        if parts is None:
            continue
        reference = Reference(a.work, kind, parts)
        for file in files:
            run = session(os.path.join(a.model, file))
            quality(run, parts, rows, reference, file)
            exactness(run, parts, rows[:a.chains], file)


if __name__ == "__main__":
    main()

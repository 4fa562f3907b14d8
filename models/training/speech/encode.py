"""Units of all sentences that have a front piece, on the duration student's grid -> $WORK/units.npz.

    python3 encode.py ENC_NPZ [teacher]

Reads pieces as they come until all front workers have ended. With `teacher` the grid is the
teacher's own rounding, and the file $WORK/units_teacher.npz. units.npz: u (int16), n (units a
sentence), new (packed bits: the unit starts a phone group), K, codes (codebook rows of the kept
codes), row (row in corpus.npz), and of those rows sym, symn, split, id; table.
"""
import os
import sys
import time

import numpy as np
import torch

import pieces
from encoder import WINDOW, UnitEncoder
from phones import FRAMES, Corpus, regrid_padded

WORK = os.environ.get("WORK", "./work/speech")
SLICE = 65536


class Grid:
    """What encoding a piece needs of the whole corpus: groups, symbols of the prior, durations."""

    def __init__(self, corpus, piper, old, k):
        self.corpus, self.k = corpus, k
        self.start = np.cumsum(corpus.count_np) - corpus.count_np
        self.symbols = old[piper][corpus.marked_np]  # of the prior, ^ and $ included

    def piece(self, path):
        """-> rows, means fp16, three of their rows a unit [3 N], windows [N, 17], place, length [N], units a row."""
        rows, g, w, m = pieces.read(path, self.corpus)
        c, k = self.corpus, None
        if self.k is not None:
            k = np.concatenate([self.k[self.start[r]:self.start[r] + c.count_np[r]] for r in rows])
        index, k = regrid_padded(w, g, k)
        # the symbol of a unit is that of its middle frame; sentences lie 2 * WINDOW zeros apart
        line = np.zeros(int(c.size_np[rows].sum()) + (len(rows) + 1) * 2 * WINDOW, np.int64)
        at, where, here = np.zeros(len(w), np.int64), 2 * WINDOW, 0
        for r in rows:
            n = c.size_np[r]
            line[where:where + n] = self.symbols[c.start_np[r]:c.start_np[r] + n]
            at[here:here + 2 * n - 1] = where + np.arange(2 * n - 1) // 2
            where, here = where + n + 2 * WINDOW, here + 2 * n - 1
        window = line[at[index[FRAMES // 2::FRAMES]][:, None] + np.arange(-WINDOW, WINDOW + 1)]
        of = np.repeat(np.arange(len(k)), k)
        place = np.arange(len(of)) - np.repeat(np.cumsum(k) - k, k)
        edges = np.cumsum(c.count_np[rows]) - c.count_np[rows]
        return rows, m, index, window, place, k[of], np.add.reduceat(k, edges)


def encode_piece(encoder, part, device):
    rows, m, index, window, place, length, n = part
    to = lambda a: torch.from_numpy(np.ascontiguousarray(a)).to(device)
    m, index, units, nats = to(m), to(index.reshape(-1, FRAMES)), [], 0.0
    for s in range(0, len(index), SLICE):
        cut = slice(s, s + SLICE)
        u, cost = encoder.units(m[index[cut]].float(), to(window[cut]), to(place[cut]), to(length[cut]))
        units.append(u.cpu().numpy().astype(np.int16))
        nats += float(cost.sum())
    return rows, np.split(np.concatenate(units), np.cumsum(n)[:-1]), np.split(place == 0, np.cumsum(n)[:-1]), nats


def entropies(u, K):
    """Of the single units and of a unit after another, nats."""
    one = np.bincount(u, minlength=K) / len(u)
    two = np.bincount(u[:-1].astype(np.int64) * K + u[1:]) / (len(u) - 1)
    h = lambda p: float(-(p[p > 0] * np.log(p[p > 0])).sum())
    return h(one), h(two) - h(one)


def main(enc, teacher=False):
    device, start = "cuda" if torch.cuda.is_available() else "cpu", time.time()
    with np.load(os.path.join(WORK, "corpus.npz")) as z:
        z = {k: z[k] for k in z.files}
    corpus = Corpus(z["sym"], z["n"], z["table"])
    k = None
    if not teacher:
        with np.load(os.path.join(WORK, "durations.npz")) as d:
            k = d["k"].astype(np.int64)
    encoder = UnitEncoder(enc, device)
    grid = Grid(corpus, z["piper"], encoder.old, k)
    seen, units, new, nats = set(), {}, {}, 0.0
    while True:
        last = pieces.finished()
        for path in pieces.paths():
            if path in seen:
                continue
            seen.add(path)
            rows, u, b, cost = encode_piece(encoder, grid.piece(path), device)
            units.update(zip(rows.tolist(), u))
            new.update(zip(rows.tolist(), b))
            nats += cost
        if last:
            break
        time.sleep(0.1)
    rows = np.array(sorted(units))
    u, n = np.concatenate([units[r] for r in rows]), np.array([len(units[r]) for r in rows], np.int32)
    first = np.cumsum(z["n"]) - z["n"]
    sym = np.concatenate([z["sym"][first[r]:first[r] + z["n"][r]] for r in rows])
    K = len(encoder.kept)
    path = os.path.join(WORK, "units_teacher.npz" if teacher else "units.npz")
    np.savez_compressed(
        path + ".part.npz", u=u, n=n, new=np.packbits(np.concatenate([new[r] for r in rows])), K=K,
        codes=encoder.kept.astype(np.int32), row=rows.astype(np.int32), sym=sym, symn=z["n"][rows],
        split=z["split"][rows], id=z["id"][rows], table=z["table"])
    os.rename(path + ".part.npz", path)
    h1, h2 = entropies(u, K)
    print(f"units: {len(rows)} of {len(z['n'])} sentences, {len(u)} units, K {K}, used {len(np.unique(u))}, prior"
          f" {nats / len(u):.4f} nats, H1 {h1:.3f}, H2 {h2:.3f}, repeats {(u[1:] == u[:-1]).mean():.3f},"
          f" {time.time() - start:.0f} s", flush=True)


if __name__ == "__main__":
    main(sys.argv[1], "teacher" in sys.argv[2:])

"""CPU workers: the teacher's front half over corpus.npz, no noise -> pieces in $WORK/front/.

    python3 front.py WORKERS SECONDS

A piece c_XXXX.npz: row (sentence rows of corpus.npz), M (fp16 [padded symbols, 192], all its
sentences one after another, 2 n + 3 each), w (float32 durations of the same symbols, in frames,
not rounded). Held and test sentences come in the first pieces. A file done_X marks a worker's end.
"""
import multiprocessing
import os
import shutil
import sys
import time

import numpy as np

from phones import padded

WORK = os.environ.get("WORK", "./work/speech")
FOLDER = os.path.join(WORK, "front")
CHUNK, BATCH = 64, 16
NO_NOISE = np.array([0, 1, 0], np.float32)


class Sentences:
    """corpus.npz, read once: piper ids a row, and the pieces in the order of work."""

    def __init__(self):
        with np.load(os.path.join(WORK, "corpus.npz")) as z:
            self.sym, self.n, split = z["piper"][z["sym"]], z["n"].astype(np.int64), z["split"]
        self.start = np.cumsum(self.n) - self.n
        first, rest = self.chunks(np.nonzero(split > 0)[0]), self.chunks(np.nonzero(split == 0)[0])
        order = np.random.RandomState(0).permutation(len(rest))
        self.pieces = first + [rest[i] for i in order]

    def chunks(self, rows):
        """Sentences of similar length together."""
        rows = rows[np.argsort(self.n[rows], kind="stable")]
        return [rows[i:i + CHUNK] for i in range(0, len(rows), CHUNK)]

    def ids(self, row):
        return padded(self.sym[self.start[row]:self.start[row] + self.n[row]])


def speak(session, sentences, rows):
    """-> M, w of the rows, concatenated."""
    means, durations = [], []
    for b in range(0, len(rows), BATCH):
        ids = [sentences.ids(r) for r in rows[b:b + BATCH]]
        n = np.array([len(i) for i in ids])
        x = np.zeros((len(ids), n.max()), np.int64)
        for r, i in enumerate(ids):
            x[r, :len(i)] = i
        m, w = session.run(None, {"input": x, "input_lengths": n, "scales": NO_NOISE})
        for r, k in enumerate(n):
            means.append(m[r, :, :k].T.astype(np.float16))
            durations.append(w[r, 0, :k].astype(np.float32))
    return np.concatenate(means), np.concatenate(durations)


def work(number, workers, deadline):
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(os.path.join(WORK, "front.onnx"), options,
                                           providers=["CPUExecutionProvider"])
    sentences = Sentences()
    for p in range(number, len(sentences.pieces), workers):
        if time.time() > deadline:
            break
        rows = sentences.pieces[p]
        m, w = speak(session, sentences, rows)
        part = os.path.join(FOLDER, f"part_{number}.npz")
        np.savez(part, row=rows.astype(np.int32), M=m, w=w)
        os.rename(part, os.path.join(FOLDER, f"c_{p:04d}.npz"))
    with open(os.path.join(FOLDER, f"done_{number}"), "w") as f:
        f.write(str(len(sentences.pieces)))


def main(workers, seconds):
    deadline = time.time() + seconds
    shutil.rmtree(FOLDER, ignore_errors=True)
    os.makedirs(FOLDER)
    total = len(Sentences().pieces)
    with open(os.path.join(FOLDER, "total"), "w") as f:
        f.write(f"{total} {workers} {deadline}")
    start = time.time()
    jobs = [multiprocessing.Process(target=work, args=(i, workers, deadline)) for i in range(workers)]
    for j in jobs:
        j.start()
    for j in jobs:
        j.join()
    made = len([f for f in os.listdir(FOLDER) if f.startswith("c_")])
    print(f"front: {made} of {total} pieces in {time.time() - start:.0f} s", flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]), float(sys.argv[2]))

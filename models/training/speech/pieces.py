"""Reading the pieces that front.py writes."""
import glob
import os
import time

import numpy as np

from phones import padded_groups

FOLDER = os.path.join(os.environ.get("WORK", "./work/speech"), "front")
LATE = 30  # seconds after the deadline in which a worker may still end


def paths():
    return sorted(glob.glob(os.path.join(FOLDER, "c_*.npz")))


def share():
    """Finished pieces over all pieces, 0 before front.py has started."""
    try:
        with open(os.path.join(FOLDER, "total")) as f:
            return len(paths()) / max(1, int(f.read().split()[0]))
    except (OSError, ValueError, IndexError):
        return 0.0


def finished():
    """All workers have ended (by deadline or for want of work), or should have long ago."""
    try:
        with open(os.path.join(FOLDER, "total")) as f:
            _, workers, deadline = f.read().split()
    except (OSError, ValueError):
        return False
    return len(glob.glob(os.path.join(FOLDER, "done_*"))) >= int(workers) or time.time() > float(deadline) + LATE


def read(path, corpus, means=True):
    """-> rows, group of each padded symbol (running on through the piece), w, M or None."""
    with np.load(path) as z:
        rows, w, m = z["row"], z["w"], z["M"] if means else None
    offset, out = 0, []
    for r in rows:
        g = corpus.sentence(r)[1]
        out.append(padded_groups(g) + offset)
        offset += g[-1] + 1
    return rows.astype(np.int64), np.concatenate(out), w, m

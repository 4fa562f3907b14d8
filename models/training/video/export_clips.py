"""Clips as files hold them: samples.npz of training, with `prefix` (text ids) and `tokens` (ground, phases, codes)."""
import numpy as np

import shared  # noqa: F401
from layout import FIRST, FRAMES, SIDE, VOCABULARY


def read_clips(path):
    """-> input ids of whole clips [n, 2737]."""
    with np.load(path) as z:
        prefix, tokens = (z[k].astype(np.int64) for k in ("prefix", "tokens"))
    return np.concatenate([prefix + VOCABULARY, tokens], 1)


def frames_of(clips):
    """Clips -> codes of their frames [n, 13, 13]."""
    return clips[:, FIRST:].reshape(len(clips) * FRAMES, SIDE, SIDE)

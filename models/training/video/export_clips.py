"""Clips as files hold them: samples.npz of training, with `prefix` (text ids), and what follows it in several versions."""
import numpy as np

import shared  # noqa: F401
from layout import FIRST, FRAMES, SIDE, VOCABULARY


VERSIONS = "data", "T0.6", "tokens"


def read_clips(path, versions=VERSIONS):
    """-> input ids of whole clips [n, 2737], those of the first version first."""
    with np.load(path) as z:
        prefix = z["prefix"].astype(np.int64) + VOCABULARY
        return np.concatenate([np.concatenate([prefix, z[k]], 1) for k in versions if k in z.files])


def frames_of(clips):
    """Clips -> codes of their frames [n, 13, 13]."""
    return clips[:, FIRST:].reshape(len(clips) * FRAMES, SIDE, SIDE)

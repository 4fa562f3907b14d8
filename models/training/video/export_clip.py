"""The target as the graphs use it: tables and fused matrices, read from what training wrote."""
import numpy as np

import shared  # noqa: F401
import lm_parts
from int8_weights import read_int8
from layout import FIRST, FRAMES, LENGTH, NONE, SIDE, VOCABULARY
from lm_parts import with_spare

SPARE = 160             # positions behind the last one: drafts may reach over the end
ROPE_BASE = 100.
PAIRS = 12, 10, 10      # of a head's 32 pairs, how many turn by frame, row and column


def coordinates():
    """Frame, row and column of all positions [LENGTH, 3]; prefix and plan lie in frame -2, row -2."""
    early = np.stack([np.full(FIRST, -2), np.full(FIRST, -2), np.arange(FIRST)], 1)
    codes = np.stack(np.meshgrid(np.arange(FRAMES), np.arange(SIDE), np.arange(SIDE), indexing="ij"), -1)
    return np.concatenate([early, codes.reshape(-1, 3)])


def turns():
    """Angles of the 32 pairs of a head at all positions [LENGTH, 32]."""
    places = coordinates()
    return np.concatenate([places[:, axis, None] * ROPE_BASE ** (-np.arange(n) / n) for axis, n in enumerate(PAIRS)], 1)


class Clips(lm_parts.Parts):
    """Embedding [V + text, d], lag [V + 1, d], places [LENGTH + SPARE, d]."""

    def __init__(self, folder):
        w = read_int8(f"{folder}/target_[0-9].npz")
        super().__init__(w, np.concatenate([w["ie.weight"][:VOCABULARY], w["text"]]), w["head.weight"])
        self.length, self.lag, self.places = LENGTH, w["lag.weight"], with_spare(w["pe"], SPARE)
        assert len(self.lag) == NONE + 1 and len(self.places) == LENGTH + SPARE

    def angles(self):
        return with_spare(turns(), SPARE)


def lagged(tokens):
    """Second inputs for tokens at positions 0 ... : the code of the frame before at the place to be predicted."""
    tokens = np.asarray(tokens)
    at = np.arange(len(tokens)) - (SIDE * SIDE - 1)
    return np.where(at >= FIRST, tokens[np.maximum(at, 0)], NONE)

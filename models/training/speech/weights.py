"""Weights on disk: int8 rows with a scale a row, everything else fp16 (see ../common)."""
import os
import sys

sys.path.append(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "common"))

from int8_weights import load_int8, quantise, save_int8, subset  # noqa: E402, F401

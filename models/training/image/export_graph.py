"""Building graphs, forms of matrices, passes: what all media share lies in ../common."""
import os
import sys

sys.path.append(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "common"))

from int8_weights import read_int8  # noqa: E402, F401
from matrices import HEAD_SIZE, dequantised_linear, float_linear, smooth, static_linear  # noqa: E402, F401
from onnx_graph import (FLOAT, INT32, INT64, MS, Graph, WeightFile, check_arguments, file_listing,  # noqa: E402, F401
                        quantise_rows, session)
from passes import commit, feeds  # noqa: E402, F401

"""target.onnx (whole numbers), target.float.onnx and prefix.onnx over one target.bin, and heads.onnx."""
import os

import numpy as np

import shared  # noqa: F401
from export_lm import build_prefix, build_target
from export_low_rank import build_heads
from lm_export import largest_inputs, shape, smoothed, write_target
from matrices import dequantised_linear, float_linear
from onnx_graph import session
from passes import commit, empty_past, feeds

CALIBRATION = 80        # pictures


def calibrate(parts, pictures, n=CALIBRATION):
    """Largest |input| a channel of every matrix over n training pictures -> {matrix: [in]}.

    The prefix has a float graph of its own, so its rows don't count.
    """
    taps, begin = {}, parts.prefix - 1
    prefix = session(build_prefix("prefix", parts, float_linear(parts)).model())

    def passes():
        for i in pictures.choose(pictures.train, n):
            tokens, past = pictures.row(i), empty_past(parts, parts.length)
            commit(parts, past, prefix.run(["new_kv"], {"input_ids": tokens[None, :parts.prefix]})[0], 0)
            yield feeds(parts, tokens[begin:], begin, past)
    return largest_inputs(build_target("calibration", parts, float_linear(parts, taps), taps=taps), passes())


def export_target(folder, out, parts, pictures):
    """pictures: called where they are needed. -> target's section of model.json."""
    model, ranges = smoothed(folder, parts, lambda: calibrate(parts, pictures()))
    weights = write_target(out, model, ranges, build_target)
    build_prefix("prefix", model, dequantised_linear(model), weights).save(f"{out}/prefix.onnx")
    weights.save()
    return dict(graph="target.onnx", float="target.float.onnx", prefix=dict(graph="prefix.onnx", length=parts.prefix),
                batched=True, **shape(parts), taps=dict(hidden=[parts.d]))


def export_heads(folder, out):
    """-> heads' section of model.json, or None."""
    path = os.path.join(folder, "heads.npz")
    if not os.path.exists(path):
        return None
    with np.load(path) as z:
        weight, o = z["z.weight"].astype(np.float32), z["o"].astype(np.float32)
    build_heads(weight, o).save(f"{out}/heads.onnx")
    return dict(graph="heads.onnx", count=len(o))

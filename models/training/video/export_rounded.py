"""target.onnx (whole numbers) and target.float.onnx over one target.bin."""
import functools

import numpy as np

import shared  # noqa: F401
from export_cached import build_target
from export_clip import lagged
from layout import FIRST, LAG, NONE
from lm_export import largest_inputs, shape, smoothed, write_target
from matrices import float_linear
from passes import feeds

CALIBRATION = 96        # clips


def inputs(parts, tokens, start=0, end=None, past=None):
    """Inputs of a pass over a clip's tokens start ... end."""
    lag = lagged(tokens)[None, start:end]
    return feeds(parts, list(tokens[start:end]), start, past) | dict(lagged_ids=lag.astype(np.int64))


def calibrate(parts, clips):
    """Largest |input| a channel of every matrix over some clips -> {matrix: [in]}."""
    taps = {}
    graph = build_target("calibration", parts, float_linear(parts, taps), taps=taps)
    some = clips[np.linspace(0, len(clips) - 1, min(CALIBRATION, len(clips))).astype(int)]
    return largest_inputs(graph, (inputs(parts, clip, 0, len(clip) - 1) for clip in some))


def export_target(folder, out, parts, clips):
    """clips: called for clips [n, 2737] where the ranges are to be measured. -> target's section of model.json."""
    model, ranges = smoothed(folder, parts, lambda: calibrate(parts, clips()))
    write_target(out, model, ranges, build_target, functools.partial(build_target, fused=False)).save()
    return dict(graph="target.onnx", float="target.float.onnx", batched=True, **shape(parts),
                lag={"tensor": "lagged_ids", "distance": LAG, "from": FIRST, "none": NONE})

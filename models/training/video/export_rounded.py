"""target.onnx (whole numbers) and target.float.onnx over one target.bin.

Activation ranges come from training (ranges.npz: the weights are smoothed then, and trained with rounded activations)
or from a calibration on clips.
"""
import os

import numpy as np

import shared  # noqa: F401
from export_cached import build_target
from export_clip import lagged
from export_graph import HEAD_SIZE, WeightFile, dequantised_linear, feeds, float_linear, session, smooth, static_linear
from export_target import trained_ranges
from layout import FIRST, LAG, NONE

CALIBRATION = 96        # clips


def inputs(parts, tokens, start=0, end=None, past=None):
    """Inputs of a pass over a clip's tokens start ... end."""
    lag = lagged(tokens)[None, start:end]
    return feeds(parts, list(tokens[start:end]), start, past) | dict(lagged_ids=lag.astype(np.int64))


def calibrate(parts, clips):
    """Largest |input| a channel of every matrix over some clips -> {matrix: [in]}."""
    taps, ranges = {}, {}
    run = session(build_target("calibration", parts, float_linear(parts, taps), taps=taps).model())
    names = [o.name for o in run.get_outputs() if o.name.startswith("max.")]
    for clip in clips[np.linspace(0, len(clips) - 1, min(CALIBRATION, len(clips))).astype(int)]:
        for name, value in zip(names, run.run(names, inputs(parts, clip, 0, len(clip) - 1))):
            ranges[name[4:]] = np.maximum(ranges.get(name[4:], 0), value)
    return ranges


def export_target(folder, out, parts, clips):
    """clips: called for clips [n, 2737] where the ranges are to be measured. -> target's section of model.json."""
    ranges = trained_ranges(folder, parts)
    model = parts
    if ranges is None:
        model, ranges = smooth(parts, calibrate(parts, clips()))
    weights = WeightFile(os.path.join(out, "target.bin"))
    build_target("target", model, static_linear(model, ranges), weights).save(f"{out}/target.onnx")
    plain = build_target("target", model, dequantised_linear(model), weights, fused=False)
    plain.save(f"{out}/target.float.onnx")
    weights.save()
    return dict(graph="target.onnx", float="target.float.onnx", batched=True, layers=parts.layers,
                keyValueHeads=parts.kv, headSize=HEAD_SIZE, vocabularySize=parts.vocabulary,
                contextLength=parts.length, exact="chain",
                lag={"tensor": "lagged_ids", "distance": LAG, "from": FIRST, "none": NONE})

"""target.onnx (whole numbers, for CPUs) and target.float.onnx over one target.bin, and the ranges of their activations.

Ranges come from training (ranges.npz: the weights are smoothed then, and trained with rounded activations) or from a
calibration: SmoothQuant moves range from activations to weights, folded into norms, values and up; both graphs share
the same int8 matrices.
"""
import os

import numpy as np

from matrices import HEAD_SIZE, dequantised_linear, smooth, static_linear
from onnx_graph import WeightFile, session


def largest_inputs(graph, passes):
    """Largest |input| a channel of every matrix over passes (inputs of the graph, whose taps are outputs) -> {matrix: [in]}."""
    run, ranges = session(graph.model()), {}
    names = [o.name for o in run.get_outputs() if o.name.startswith("max.")]
    for inputs in passes:
        for name, value in zip(names, run.run(names, inputs)):
            ranges[name[4:]] = np.maximum(ranges.get(name[4:], 0), value)
    return ranges


def trained_ranges(folder, parts):
    """ranges.npz in the names of the graph, or None where there is none."""
    path = os.path.join(folder, "ranges.npz")
    if not os.path.exists(path):
        return None
    with np.load(path) as z:
        ranges = {k.replace("blocks.", "l."): float(np.max(z[k])) for k in z.files}
    missing = set(parts.matrices) - set(ranges)
    assert not missing, f"ranges.npz lacks {sorted(missing)}"
    return ranges


def smoothed(folder, parts, calibrate):
    """-> Parts ready for the integer form, {matrix: largest |input|}. calibrate() -> ranges by channel, where they are needed."""
    ranges = trained_ranges(folder, parts)
    return (parts, ranges) if ranges is not None else smooth(parts, calibrate())


def write_target(out, parts, ranges, build, build_float=None):
    """build(name, parts, linear, weights) -> Graph. -> the WeightFile, still to be saved: further graphs may use it."""
    weights = WeightFile(os.path.join(out, "target.bin"))
    build("target", parts, static_linear(parts, ranges), weights).save(f"{out}/target.onnx")
    (build_float or build)("target", parts, dequantised_linear(parts), weights).save(f"{out}/target.float.onnx")
    return weights


def shape(parts):
    """What the manifest says of every such model."""
    return dict(layers=parts.layers, keyValueHeads=parts.kv, headSize=HEAD_SIZE, vocabularySize=parts.vocabulary,
                contextLength=parts.length, exact="chain")

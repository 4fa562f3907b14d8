"""target.onnx (whole numbers), target.float.onnx and prefix.onnx over one target.bin, and heads.onnx.

Activation ranges come from training (ranges.npz: the weights are smoothed then, and trained with rounded activations)
or from a calibration on training pictures.
"""
import os

import numpy as np

from export_graph import (HEAD_SIZE, WeightFile, commit, dequantised_linear, feeds, float_linear, session, smooth,
                          static_linear)
from export_lm import build_heads, build_prefix, build_target

CALIBRATION = 80        # pictures


def calibrate(parts, pictures, n=CALIBRATION):
    """Largest |input| a channel of every matrix over n training pictures -> {matrix: [in]}.

    The prefix has a float graph of its own, so its rows don't count.
    """
    taps, ranges = {}, {}
    prefix = session(build_prefix("prefix", parts, float_linear(parts)).model())
    run = session(build_target("calibration", parts, float_linear(parts, taps), taps=taps).model())
    names = [o.name for o in run.get_outputs() if o.name.startswith("max.")]
    for i in pictures.choose(pictures.train, n):
        tokens, begin = pictures.row(i), parts.prefix - 1
        past = empty_past(parts, parts.length)
        commit(parts, past, prefix.run(["new_kv"], {"input_ids": tokens[None, :parts.prefix]})[0], 0)
        for name, value in zip(names, run.run(names, feeds(parts, tokens[begin:], begin, past))):
            ranges[name[4:]] = np.maximum(ranges.get(name[4:], 0), value)
    return ranges


def empty_past(parts, capacity, batch=1):
    return {f"past_{kind}.{i}": np.zeros((batch, parts.kv, capacity, HEAD_SIZE), np.float32)
            for i in range(parts.layers) for kind in ("key", "value")}


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


def smoothed(folder, parts, pictures):
    """-> Parts ready for the integer form, {matrix: largest |input|}. pictures: called where they are needed."""
    ranges = trained_ranges(folder, parts)
    if ranges is not None:
        return parts, ranges
    return smooth(parts, calibrate(parts, pictures()))


def export_target(folder, out, parts, pictures):
    """-> target's section of model.json."""
    model, ranges = smoothed(folder, parts, pictures)
    weights = WeightFile(os.path.join(out, "target.bin"))
    whole, unfolded = static_linear(model, ranges), dequantised_linear(model)
    build_target("target", model, whole, weights).save(f"{out}/target.onnx")
    build_target("target", model, unfolded, weights).save(f"{out}/target.float.onnx")
    build_prefix("prefix", model, unfolded, weights).save(f"{out}/prefix.onnx")
    weights.save()
    return dict(graph="target.onnx", float="target.float.onnx",
                prefix=dict(graph="prefix.onnx", length=parts.prefix), batched=True, layers=parts.layers,
                keyValueHeads=parts.kv, headSize=HEAD_SIZE, vocabularySize=parts.vocabulary,
                contextLength=parts.length, exact="chain", taps=dict(hidden=[parts.d]))


def export_heads(folder, out):
    """-> heads' section of model.json, or None."""
    path = os.path.join(folder, "heads.npz")
    if not os.path.exists(path):
        return None
    with np.load(path) as z:
        weight, o = z["z.weight"].astype(np.float32), z["o"].astype(np.float32)
    build_heads(weight, o).save(f"{out}/heads.onnx")
    return dict(graph="heads.onnx", count=len(o))

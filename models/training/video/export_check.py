"""Checks the exported clip models against plain torch, in Python's onnxruntime.

    python3 export_check.py WEIGHTS MODEL_FOLDER [CLIPS.npz] [--clips 3] [--start 1400]

CLIPS.npz: clips as training draws them (see export_clips.py), samples.npz of WEIGHTS if left out.
"""
import argparse
import time

import numpy as np
import torch

import shared  # noqa: F401
from agreement import Agreement
from export_cached import build_target
from export_clip import Clips
from export_clips import read_clips
from export_plain import PlainTarget, PlainTokenizer
from export_rounded import inputs
from layout import AREA, CANVAS, FIRST, FRAMES, PREFIX, SIDE
from matrices import float_linear
from onnx_graph import session
from passes import commit, empty_past

WIDTHS = 3, 9, 17, 33, 64
CHECKED = 64            # rows in the check of exactness
OUTPUTS = ["logits", "new_kv"]
CODES = FIRST - PREFIX
PARTS = dict(ground=slice(0, 1), phases=slice(1, CODES), first=slice(CODES, CODES + AREA),
             later=slice(CODES + AREA, None))


def chain(parts, run, clip, width, start, end, past=None):
    """Passes of `width` rows over start ... end, none of one row -> logits, new rows and the cache."""
    past = {k: v.copy() for k, v in (past or empty_past(parts, len(clip))).items()}
    out, done = [], start
    while done < end:
        last = min(done + width, end)
        rows = last - done
        feed = inputs(parts, clip, done, max(last, done + 2), past)
        z, kv = run.run(OUTPUTS, feed)
        commit(parts, past, kv[:, :rows], done)
        out.append((z[:rows], kv[0, :rows]))
        done = last
    return [np.concatenate(x) for x in zip(*out)], past


def quality(name, parts, run, clips, references):
    """Whole clips in one pass: distance of the logits, and of what would be picked."""
    agreement, agree = Agreement(), {part: [] for part in PARTS}
    for clip, ref in zip(clips, references):
        z = run.run(["logits"], inputs(parts, clip, 0, len(clip) - 1))[0][PREFIX - 1:]
        hit = agreement.add(ref, z, clip[PREFIX:])
        for part, rows in PARTS.items():
            agree[part].append(hit[rows].mean())
    by_part = ", ".join(f"{part} {np.mean(v):.4f}" for part, v in agree.items())
    reach = max(np.abs(r).max() for r in references)
    print(f"{name}: {agreement} (they reach {reach:.1f}); same top-1 by part: {by_part}", flush=True)


def exactness(name, parts, run, clip, start):
    """Bits of a row in passes of other widths than two, and alone against two."""
    end = start + CHECKED
    past = chain(parts, run, clip, 144, 0, start)[1]
    two = chain(parts, run, clip, 2, start, end, past)[0]
    found = []
    for width in WIDTHS:
        other = chain(parts, run, clip, width, start, end, past)[0]
        differing = sum(bool((a != b).any()) for a, b in zip(two[0], other[0]))
        differing += sum(bool((a != b).any()) for a, b in zip(two[1], other[1]))
        found.append(f"{width} " + ("identical" if not differing else f"{differing} rows differ"))
    print(f"{name}: rows {start} to {end} against passes of 2: {', '.join(found)}", flush=True)


def check_target(folder, model, clips, start):
    parts, plain = Clips(folder), PlainTarget(folder)
    references = [plain(clip[:-1])[0][PREFIX - 1:] for clip in clips]
    for fused in (True, False):
        run = session(build_target("target", parts, float_linear(parts), fused=fused).model())
        quality(f"graph, float32 weights{', fused' * fused}", parts, run, clips, references)
    exactness("graph, float32 weights", parts, run, clips[0], start)
    for file in ("target.float.onnx", "target.onnx"):
        run = session(f"{model}/{file}", float_weights=file != "target.onnx")
        quality(file, parts, run, clips, references)
        exactness(file, parts, run, clips[0], start)


def check_sprites(folder, model, clips):
    plain = PlainTokenizer(folder)
    decoder, encoder = (session(f"{model}/{name}.onnx", float_weights=False) for name in ("decoder", "encoder"))
    frames = np.unique(np.concatenate([clip[FIRST:].reshape(FRAMES, SIDE, SIDE) for clip in clips]), axis=0)[:48]
    exact, found = plain.decode(frames), decoder.run(None, {"tokens": frames})[0]
    assert (found[..., :3] <= found[..., 3:]).all()
    on_white = lambda x: x[..., :3] + (255 - x[..., 3:])
    a, b = on_white(exact.astype(np.float64)), on_white(found.astype(np.float64))
    decibels = 10 * np.log10(255 ** 2 / np.maximum(((a - b) ** 2).mean((1, 2, 3)), 1e-3))
    print(f"decoder: {len(frames)} frames, on white, to float32: {decibels.mean():.1f} dB, worst {decibels.min():.1f}; "
          f"alpha off by {np.abs(exact[..., 3] - found[..., 3]).mean():.2f} on average")
    small = found.astype(np.float64).reshape(len(found), CANVAS, 2, CANVAS, 2, 4).mean((2, 4)).round().astype(np.uint8)
    noise = np.random.default_rng(0).integers(0, 256, small[:8].shape, np.uint8)
    for name, pixels in (("decoded frames", small), ("noise", noise), ("nothing", np.zeros_like(small[:1]))):
        codes = encoder.run(None, {"pixels": pixels})[0]
        print(f"encoder, {name}: same codes as torch {(codes == plain.encode(pixels)).mean():.5f}"
              + (f", the empty code is {np.unique(codes)}" if name == "nothing" else "")
              + (f", back to the codes {(codes == frames).mean():.3f}" if name == "decoded frames" else ""))
    for name, run, feed in (("decoder", decoder, {"tokens": frames[:1]}), ("encoder", encoder, {"pixels": small[:1]})):
        times = []
        for _ in range(40):
            begin = time.perf_counter()
            run.run(None, feed)
            times.append(time.perf_counter() - begin)
        print(f"{name}: {1000 * sorted(times)[10]:.1f} ms a frame")


def main():
    args = argparse.ArgumentParser()
    args.add_argument("weights")
    args.add_argument("model")
    args.add_argument("file", nargs="?")
    args.add_argument("--clips", type=int, default=3)
    args.add_argument("--start", type=int, default=1400)
    a = args.parse_args()
    torch.set_num_threads(2)
    clips = read_clips(a.file or f"{a.weights}/samples.npz", ("data", "tokens"))
    clips = clips[np.linspace(0, len(clips) - 1, a.clips).astype(int)]
    check_sprites(a.weights, a.model, clips)
    check_target(a.weights, a.model, clips, a.start)


if __name__ == "__main__":
    main()

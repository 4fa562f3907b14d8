"""Writes the clip models as ONNX graphs with words.json, store.bin and model.json.

    python3 export.py WEIGHTS MODEL_FOLDER

WEIGHTS holds what training wrote: target_*.npz, tok_enc.npz, tok_dec.npz, config.json; where there are, ranges.npz
(without it clips calibrate the integer form), store.bin with store.json, samples.npz (clips that calibrate the
decoder). Parts named with --parts are written anew, the others' sections of an earlier model.json stay.
"""
import argparse
import json
import os

import numpy as np

import shared  # noqa: F401
from export_clip import Clips
from export_clips import frames_of, read_clips
from export_graph import file_listing, session
from export_parts import read_json
from export_rounded import export_target
from export_sprites import export_decoder, export_encoder
from export_words import export_store, export_words
from layout import (BEGIN, CANVAS, FIRST_GROUND, FIRST_PHASE, FPS, FRAMES, GROUNDS, LEVELS, NO_STYLE, PAD, PATCH, SIDE,
                    UNKNOWN, VISIBLE, VOCABULARY, WORDS)

ORDER = ("format", "kind", "name", "version", "license", "card", "files", "target", "clip", "shifts", "backgrounds",
         "picture", "decoder", "encoder", "codebook", "prompt", "words", "store", "earnings", "sampling", "recall", "styles")
PARTS = "encoder", "decoder", "target", "words"
STYLES = {"default": "twemoji",
          "aliases": {"3d": "fluent-emoji", "flat": "fluent-emoji-flat", "shaded": "noto"},
          "words": {"3d": "fluent-emoji", "flat": "fluent-emoji-flat", "shaded": "noto", "animated": "animated"}}


def empty_code(encoder):
    """The code of a patch with nothing in it, as the product's encoder has it."""
    codes = session(encoder).run(None, {"pixels": np.zeros((1, CANVAS, CANVAS, 4), np.uint8)})[0]
    assert (codes == codes.flat[0]).all()
    return int(codes.flat[0])


def describe(encoder):
    """What the product needs beside graphs and words."""
    return {"clip": {"frames": FRAMES, "rows": SIDE, "columns": SIDE, "fps": FPS, "blank": empty_code(encoder)},
            "shifts": {"base": FIRST_PHASE, "size": PATCH},
            "backgrounds": {"base": FIRST_GROUND, "names": list(GROUNDS), "rgb": GROUNDS},
            "picture": {"width": 2 * VISIBLE, "height": 2 * VISIBLE}, "codebook": {"levels": LEVELS},
            "prompt": {"words": WORDS, "base": VOCABULARY, "pad": PAD, "unknown": UNKNOWN, "begin": BEGIN,
                       "nostyle": NO_STYLE},
            "words": "words.json", "sampling": {"temperature": 0.5, "minP": 0.05}, "recall": 0.98, "styles": STYLES}


def write_parts(a, model):
    clips = lambda: read_clips(a.clips or os.path.join(a.weights, "samples.npz"))
    for part in a.parts.split(","):
        if part == "encoder":
            model["encoder"] = export_encoder(a.weights, a.out)
            model |= describe(f"{a.out}/encoder.onnx")
        elif part == "decoder":
            model["decoder"] = export_decoder(a.weights, a.out, frames_of(clips()), model["clip"]["blank"])
        elif part == "target":
            model["target"] = export_target(a.weights, a.out, Clips(a.weights), clips)
        else:
            store = export_store(a.weights, a.out)
            export_words(read_json(a.weights, "config.json"), store, a.out)
            model["store"] = store and "store.bin"
        print(part, "written", flush=True)


def main():
    args = argparse.ArgumentParser()
    args.add_argument("weights")
    args.add_argument("out")
    args.add_argument("--clips", help="samples.npz, by default that of WEIGHTS")
    args.add_argument("--parts", default=",".join(PARTS))
    args.add_argument("--name", default="sprites")
    args.add_argument("--version", default="1.0.0")
    args.add_argument("--license", default="Apache-2.0; see the card")
    a = args.parse_args()
    os.makedirs(a.out, exist_ok=True)
    path = os.path.join(a.out, "model.json")
    model = read_json(a.out, "model.json") if os.path.exists(path) else {}
    model |= {"format": 1, "kind": "video", "name": a.name, "version": a.version, "license": a.license,
              "card": "README.md"}
    write_parts(a, model)
    model["files"] = file_listing(a.out)
    with open(path, "w", encoding="utf8") as f:
        json.dump({k: model[k] for k in ORDER if model.get(k) is not None}, f, ensure_ascii=False, indent=1)
        f.write("\n")
    for name, facts in model["files"].items():
        print(f"{name}: {facts['bytes'] / 1e6:.2f} MB")


if __name__ == "__main__":
    main()

"""Writes the clip models as ONNX graphs with words.json, store.bin and model.json.

    python3 export.py WEIGHTS MODEL_FOLDER

WEIGHTS holds what training wrote: target_*.npz, tok_enc.npz, tok_dec.npz, config.json; where there are, ranges.npz
(without it clips calibrate the integer form), store.bin with store.json, samples.npz (clips that calibrate the
decoder). Parts named with --parts are written anew, the others' sections of an earlier model.json stay.
"""
import functools
import os

import numpy as np

import shared  # noqa: F401
from export_clip import Clips
from export_clips import frames_of, read_clips
from export_model import arguments, read_json, write_model
from export_rounded import export_target
from export_sprites import export_decoder, export_encoder
from export_words import export_store, export_words
from layout import (BEGIN, CANVAS, FIRST_GROUND, FIRST_PHASE, FPS, FRAMES, GROUNDS, LEVELS, NO_STYLE, PAD, PATCH, SIDE,
                    UNKNOWN, VISIBLE, VOCABULARY, WORDS)
from onnx_graph import session

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


def write_part(a, part, model):
    clips = lambda: read_clips(a.clips or os.path.join(a.weights, "samples.npz"))
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


def main():
    args = arguments(PARTS, "sprites", "Apache-2.0; see the card")
    args.add_argument("weights")
    args.add_argument("out")
    args.add_argument("--clips", help="samples.npz, by default that of WEIGHTS")
    a = args.parse_args()
    write_model(a, "video", ORDER, functools.partial(write_part, a))


if __name__ == "__main__":
    main()

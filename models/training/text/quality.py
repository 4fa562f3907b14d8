"""How near the exported graphs come to the GGUF's weights in float32: perplexity and top-1 on texts kept for figures.

    python3 quality.py --books BOOKS --model ../../smollm2-135m [--gguf FILE]
"""
import argparse

import numpy as np

import shared  # noqa: F401
from agreement import Agreement
from gguf_file import Gguf, find_gguf
from matrices import float_linear
from onnx_graph import session
from parts import Parts, build
from passes import feeds
from texts import measured_texts
from tokenizer_json import tokenizer


def main():
    args = argparse.ArgumentParser()
    args.add_argument("--books", required=True)
    args.add_argument("--model", required=True)
    args.add_argument("--gguf")
    a = args.parse_args()
    gguf = Gguf(find_gguf(a.gguf))
    parts = Parts(gguf)
    reference = session(build("reference", parts, float_linear(parts)).model())
    texts = measured_texts(reference, parts, tokenizer(gguf), a.books, calibrates=False)

    def rows(run, ids, at):
        return run.run(["logits"], feeds(parts, ids[:-1], rows=range(at, len(ids) - 1)))[0]
    right = [rows(reference, *text) for text in texts]
    whole = Agreement()
    for logits, (ids, at) in zip(right, texts):
        whole.add(logits, logits, np.array(ids[at + 1:]))
    print("float32", whole, f"perplexity {np.exp(whole.nats / whole.rows):.3f}")
    for name in ("target.onnx", "target.float.onnx"):
        run, found = session(f"{a.model}/{name}"), Agreement()
        for logits, (ids, at) in zip(right, texts):
            found.add(logits, rows(run, ids, at), np.array(ids[at + 1:]))
        print(name, found, f"perplexity {np.exp(found.nats / found.rows):.3f}", flush=True)


if __name__ == "__main__":
    main()

"""The exported model in the layout of Hugging Face's Optimum, which transformers.js reads: to measure beside it, with the same weights.

    python3 export_transformers.py --model ../../smollm2-135m --out WORK/transformers [--gguf FILE]

    inputs   input_ids, attention_mask, position_ids int64 | past_key_values.i.key, .value float [1, KV, P, 64]
    outputs  logits float [1, S, V] | present.i.key, .value float [1, KV, P + S, 64]
"""
import argparse
import glob
import json
import os
import shutil

import numpy as np

import shared  # noqa: F401
from gguf_file import Gguf, find_gguf
from matrices import HEAD_SIZE, block_linear
from onnx_graph import FLOAT, INT32, INT64
from parts import Parts, build
from stored import StoredWeights

HIDDEN = -1e9


def front(g, parts):
    """What our graph is given, made of what transformers.js gives; and its inputs."""
    ours = len(g.nodes)
    g.inputs, g.outputs = [], []
    for name, length in (("input_ids", "S"), ("attention_mask", "T"), ("position_ids", "S")):
        g.input(name, INT64, [1, length])
    rows, total = g.op("Shape", ["input_ids"], start=1, end=2), g.op("Shape", ["attention_mask"], start=1, end=2)
    zero, one = g.const(0, np.int64), g.const(1, np.int64)
    scalar = lambda length: g.op("Squeeze", [length])
    g.op("Cast", [total], ["total_len"], to=INT32)
    g.op("Range", [zero, scalar(rows), one], ["rows"])
    later = g.op("Greater", [g.op("Range", [zero, scalar(total), one]), g.op("Unsqueeze", ["position_ids", g.ints(-1)])])
    bias = g.op("Where", [later, g.const(HIDDEN, np.float32), g.const(0, np.float32)])
    g.op("Unsqueeze", [bias, g.ints(1)], ["attn_bias"])
    for i in range(parts.layers):
        for kind in ("key", "value"):
            g.input(f"past_key_values.{i}.{kind}", FLOAT, [1, parts.kv, "P", HEAD_SIZE])
            g.op("Identity", [f"past_key_values.{i}.{kind}"], [f"past_{kind}.{i}"])
    g.nodes = g.nodes[ours:] + g.nodes[:ours]


def back(g, parts):
    """What transformers.js wants of what comes out."""
    for node in g.nodes:
        if "logits" in node.output:
            node.output[list(node.output).index("logits")] = "rows_of_logits"
    g.op("Unsqueeze", ["rows_of_logits", g.ints(0)], ["logits"])
    g.output("logits", FLOAT, [1, "S", parts.vocabulary])
    for i in range(parts.layers):
        for kind in ("key", "value"):
            new = g.op("Reshape", [f"new_{kind}.{i}", g.ints(0, 0, parts.kv, HEAD_SIZE)])
            new = g.op("Transpose", [new], perm=[0, 2, 1, 3])
            g.op("Concat", [f"past_key_values.{i}.{kind}", new], [f"present.{i}.{kind}"], axis=2)
            g.output(f"present.{i}.{kind}", FLOAT, [1, parts.kv, "T", HEAD_SIZE])


def main():
    args = argparse.ArgumentParser()
    args.add_argument("--model", required=True)
    args.add_argument("--out", required=True)
    args.add_argument("--gguf")
    a = args.parse_args()
    parts = Parts(Gguf(find_gguf(a.gguf)))
    g = build("target", parts, block_linear(parts), StoredWeights(a.model), features=())
    front(g, parts)
    back(g, parts)
    folder = os.path.join(a.out, "onnx")
    os.makedirs(folder, exist_ok=True)
    for path in glob.glob(os.path.join(a.model, "target*.bin")):
        shutil.copy(path, folder)
    g.save(os.path.join(folder, "model.onnx"))
    with open(os.path.join(a.model, "model.json"), encoding="utf8") as f:
        end = json.load(f)["end"]
    config = dict(model_type="llama", architectures=["LlamaForCausalLM"], vocab_size=parts.vocabulary, hidden_size=parts.d,
                  num_hidden_layers=parts.layers, num_attention_heads=parts.heads, num_key_value_heads=parts.kv, head_dim=HEAD_SIZE,
                  max_position_embeddings=parts.length, eos_token_id=end[0])
    with open(os.path.join(a.out, "config.json"), "w", encoding="utf8") as f:
        json.dump(config, f, indent=1)


if __name__ == "__main__":
    main()

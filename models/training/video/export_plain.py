"""The clip models in plain torch, float32, straight from the weights: what the exported graphs are checked against."""
import numpy as np
import torch

import shared  # noqa: F401
from export_reference import ReferenceTarget
from int8_weights import load_int8
from layout import AREA, FIRST, LAG, NONE, PREFIX, SIDE, VOCABULARY
from tokens import load_tokenizer

FREQUENCIES = [100. ** (-torch.arange(n) / n) for n in (12, 10, 10)]


class PlainTarget(ReferenceTarget):
    """One pass over all tokens of one clip."""

    def __init__(self, folder):
        self.w = load_int8(f"{folder}/target_[0-9].npz")
        self.table = torch.cat([self.w["ie.weight"][:VOCABULARY], self.w["text"]])
        self.c = dict(layers=sum(k.endswith(".wo.weight") for k in self.w), prefix=PREFIX)

    def embedded(self, tokens):
        before = torch.full_like(tokens, NONE)
        before[FIRST + LAG:] = tokens[FIRST:-LAG] if len(tokens) > FIRST + LAG else before[FIRST + LAG:]
        return super().embedded(tokens) + self.w["lag.weight"][before]

    def visible(self, T):
        return torch.ones(T, T, dtype=torch.bool).tril()

    def angle(self, position):
        frame, row, column = -2, -2, position
        if position >= FIRST:
            frame, place = divmod(position - FIRST, AREA)
            row, column = divmod(place, SIDE)
        return torch.cat([at * speed for at, speed in zip((frame, row, column), FREQUENCIES)])


class PlainTokenizer:
    def __init__(self, folder):
        self.model = load_tokenizer(folder, "cpu")

    @torch.no_grad()
    def encode(self, pixels):
        """Premultiplied RGBA uint8 [N, H, W, 4] -> codes."""
        return self.model.encode(torch.from_numpy(pixels).permute(0, 3, 1, 2).float() / 255).numpy()

    @torch.no_grad()
    def decode(self, codes):
        """-> [N, H, W, 4] in 0 ... 255, not rounded."""
        return self.model.decode(torch.from_numpy(np.asarray(codes))).permute(0, 2, 3, 1).numpy() * 255

"""The image models in plain torch, float32, straight from the weights: what the exported graphs are checked against."""
import numpy as np
import torch
import torch.nn.functional as F

import shared  # noqa: F401
from export_model import read_json
from int8_weights import load_int8
from matrices import HEAD_SIZE


def rms(x, gain):
    return F.rms_norm(x, x.shape[-1:], gain, 1e-6)


class ReferenceTarget:
    """One pass over all 272 tokens of one sequence."""

    def __init__(self, folder):
        self.c = read_json(folder, "config.json")
        self.w = load_int8(f"{folder}/target_[0-9].npz")
        self.table = torch.cat([self.w["ie.weight"], self.w["text"]])

    def angle(self, position):
        prefix, columns, n = self.c["prefix"], self.c["tokens"][1], HEAD_SIZE // 4
        row, column = (-2, position) if position < prefix else divmod(position - prefix, columns)
        speed = self.c["rope_base"] ** (-torch.arange(n) / n)
        return torch.cat([row * speed, column * speed])

    def heads(self, x, gain, turn):
        """[T, heads * 64] -> [heads, T, 64], normed by head and turned (turn None: neither)."""
        x = x.view(len(x), -1, HEAD_SIZE).transpose(0, 1)
        if turn is None:
            return x
        a, b = rms(x, gain).chunk(2, -1)
        cos, sin = turn.cos(), turn.sin()
        return torch.cat([a * cos - b * sin, b * cos + a * sin], -1)

    def embedded(self, tokens):
        return self.table[tokens] + self.w["pe"][:len(tokens)]

    def visible(self, T):
        """[T, T]: what a row sees; the prefix sees all of itself."""
        place, prefix = torch.arange(T), self.c["prefix"]
        return (place[None] <= place[:, None]) | ((place[None] < prefix) & (place[:, None] < prefix))

    @torch.no_grad()
    def __call__(self, tokens):
        """-> logits [T, V], hidden [T, d], keys and values of the layers [T, layers * 2 * KV * 64]."""
        T, w, rows = len(tokens), self.w, []
        x = self.embedded(torch.as_tensor(np.asarray(tokens)))
        turn = torch.stack([self.angle(p) for p in range(T)])
        mask = self.visible(T)
        for i in range(self.c["layers"]):
            at = f"blocks.{i}."
            linear = lambda h, name: h @ w[f"{at}{name}.weight"].T
            h = rms(x, w[at + "n1"])
            q = self.heads(linear(h, "wq"), w[at + "qn"], turn)
            k = self.heads(linear(h, "wk"), w[at + "kn"], turn)
            v = self.heads(linear(h, "wv"), None, None)
            rows += [k.transpose(0, 1).reshape(T, -1), v.transpose(0, 1).reshape(T, -1)]
            group = len(q) // len(k)
            scores = q @ k.repeat_interleave(group, 0).transpose(1, 2) / HEAD_SIZE ** .5
            a = scores.masked_fill(~mask, -torch.inf).softmax(-1) @ v.repeat_interleave(group, 0)
            x = x + linear(a.transpose(0, 1).reshape(T, -1), "wo")
            h = rms(x, w[at + "n2"])
            x = x + linear(F.silu(linear(h, "w1")) * linear(h, "w3"), "w2")
        hidden = rms(x, w["nf"])
        return (hidden @ w["head.weight"].T).numpy(), hidden.numpy(), torch.cat(rows, 1).numpy()


class ReferencePictures:
    """Decoder and encoder; the module types follow from the names and shapes of the weights."""

    def __init__(self, folder):
        self.c = read_json(folder, "config.json")
        read = lambda name: load_int8(f"{folder}/{name}.npz")
        self.decoder, self.encoder = read("tok_dec"), read("tok_enc")
        self.levels = torch.tensor(self.c["fsq_levels"])
        self.basis = torch.cumprod(torch.cat([torch.ones(1, dtype=torch.long), self.levels[:-1]]), 0)
        self.half = self.levels // 2

    def run(self, w, x, patches=False):
        for i in range(1 + max(int(k.split(".")[1]) for k in w)):
            p = f"net.{i}."
            conv = lambda x, name, stride=1: F.conv2d(x, w[p + name + "weight"], w.get(p + name + "bias"), stride,
                                                      0 if stride > 1 else w[p + name + "weight"].shape[-1] // 2)
            if p + "c1.weight" in w:
                y = F.batch_norm(conv(F.silu(x), "c1."), *(w[f"{p}bn.{k}"] for k in
                                                           ("running_mean", "running_var", "weight", "bias")))
                x = x + conv(F.silu(y), "c2.")
            elif p + "0.weight" in w:
                x = F.pixel_shuffle(conv(x, "0."), 2)
            elif p + "weight" in w:
                x = conv(x, "", w[p + "weight"].shape[-1] if patches else 1)
            else:
                x = F.silu(x)
        return x

    @torch.no_grad()
    def decode(self, tokens):
        """[N, 16, 16] -> [N, 256, 256, 3] between 0 and 255, not rounded."""
        digits = torch.as_tensor(np.asarray(tokens))[..., None] // self.basis % self.levels
        x = ((digits - self.half) / self.half).permute(0, 3, 1, 2)
        y = F.pixel_shuffle(self.run(self.decoder, x), 2).clamp(-1, 1)
        return ((y + 1) * 127.5).permute(0, 2, 3, 1).numpy()

    @torch.no_grad()
    def encode(self, pixels):
        """uint8 [N, 128, 128, 3] -> [N, 256]."""
        x = torch.from_numpy(pixels).permute(0, 3, 1, 2).float()
        x = torch.where(x.amin(1, True) >= 250, 255., x) / 127.5 - 1
        z = self.run(self.encoder, x, patches=True).permute(0, 2, 3, 1)
        reach = (self.levels - 1) * (1 + 1e-3) / 2
        offset = torch.where(self.levels % 2 == 0, .5, 0.)
        digits = torch.round(torch.tanh(z + torch.atanh(offset / reach)) * reach - offset).long() + self.half
        return (digits * self.basis).sum(-1).flatten(1).numpy()

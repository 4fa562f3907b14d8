"""What the image export reads: weights, sizes, captions and the tokens of training pictures."""
import lzma

import numpy as np

import shared  # noqa: F401
import lm_parts
from export_model import read_json
from int8_weights import read_int8
from lm_parts import with_spare
from matrices import HEAD_SIZE

TOKENS = 256            # of a picture
SPARE = 64              # positions behind the last one: drafts may reach over the end


class Parts(lm_parts.Parts):
    """The target as the graphs use it; embedding: picture tokens, then text tokens."""

    def __init__(self, folder):
        w, self.config = read_int8(f"{folder}/target_[0-9].npz"), read_json(folder, "config.json")
        super().__init__(w, np.concatenate([w["ie.weight"], w["text"]]), w["head.weight"])
        self.prefix, self.places = self.config["prefix"], with_spare(w["pe"], SPARE)
        self.length = self.prefix + TOKENS

    def angles(self):
        """Turns of the 32 pairs: the first half by row, the second by column; the prefix lies in row -2."""
        rows, columns = self.config["tokens"]
        n = HEAD_SIZE // 4
        speed = float(self.config["rope_base"]) ** (-np.arange(n) / n)
        row = np.r_[np.full(self.prefix, -2), np.repeat(np.arange(rows), columns)]
        column = np.r_[np.arange(self.prefix), np.tile(np.arange(columns), rows)]
        return with_spare(np.concatenate([row[:, None] * speed, column[:, None] * speed], 1), SPARE)


class Pictures:
    """Tokens of pictures that training has seen or held out, with their prompts."""

    def __init__(self, captions, codes, specials, base):
        """captions: captions.npz (or the prototype's text.npz); codes: tokens as .npy, .npz or .xz of int16."""
        with np.load(captions) as z:
            self.captions, self.styles = z["CAP"][:, 0].astype(np.int64), z["STY"].astype(np.int64)
            self.kinds = z["KIND"].astype(np.int64) if "KIND" in z.files else np.full(len(z["STY"]), specials["CLEAN"])
            self.train, self.held = z["train"], z["testA"]
        self.codes, self.begin, self.base = clean_codes(codes, len(self.styles)), specials["BOI"], base

    def choose(self, split, n):
        """n pictures of a list of pictures, evenly spread."""
        return split[np.linspace(0, len(split) - 1, min(n, len(split))).astype(int)]

    def prompt(self, i):
        """The 16 tokens before the picture."""
        return self.base + np.r_[self.styles[i], self.kinds[i], self.captions[i], self.begin]

    def row(self, i):
        """All 272 tokens."""
        return np.r_[self.prompt(i), self.codes[i]]


def read_codes(path):
    """All tokens of a file, one row of numbers: .npy, .npz or .xz."""
    if path.endswith(".xz"):
        with lzma.open(path) as f:
            return np.frombuffer(f.read(), "<i2").astype(np.int64)
    codes = np.load(path)
    return (codes[codes.files[0]] if hasattr(codes, "files") else codes).reshape(-1).astype(np.int64)


def clean_codes(path, pictures):
    """Tokens of the pictures as they are [pictures, 256]; further versions in the file (moved, recoloured) are left."""
    return read_codes(path).reshape(-1, pictures, TOKENS)[0]

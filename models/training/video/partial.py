"""The dictionary for a few clips: only what they show is encoded. For steps that need no GPU."""
import numpy as np
import torch

from layout import AREA, FRAMES
from dictionary import POSES, Dictionary, Maker
from motions import TABLES
from sprites import extent, placed, resized, to_float


class Partial(Dictionary):
    def __init__(self):
        self.maker = Maker()
        r = self.maker.rows
        self.empty, self.first_painted, self.first_own = self.maker.encoding.empty, r.first_painted, r.first_own
        self.style, self.thing, self.colour, self.n = r.style, r.thing, r.colour, len(r.thing)
        self.first_animation = 1 + self.n * POSES

    def one(self, entry):
        """Codes of an entry [169]."""
        encoding = self.maker.encoding
        if entry >= self.first_animation:
            at = entry - self.first_animation
            drawing = placed(resized(to_float(self.maker.animations[at:at + 1]), 64), 8, 64)
        else:
            row, pose = divmod(entry - 1, POSES)
            pose = TABLES.poses[pose + 1]
            size, angle, factor = pose
            drawing = placed(resized(self.maker.pictures(row, row + 1), size, factor), extent(pose), size, angle, factor)
        return encoding.canvas(encoding.codes(drawing))[0]

    def prepare(self, specs, frames=FRAMES):
        """Encodes what the clips show (in their first frames); their entries then count within self.codes."""
        specs.entries[:, :, frames:] = 0
        wanted = np.unique(specs.entries)
        empty = torch.full((AREA,), self.empty, dtype=torch.int16)
        self.codes = torch.stack([empty if entry == 0 else self.one(int(entry)) for entry in wanted])
        specs.entries = np.searchsorted(wanted, specs.entries)
        return specs

"""Sprites and animation frames on the device: reading the pack, hues, drawing poses. Colours are premultiplied, 0 ... 1."""
import io
import json
import math
import multiprocessing
import os

import numpy as np
import torch
import torch.nn.functional as F

import shared  # noqa: F401
from habits import DATA, DEVICE, say
from pictures import hsv, recolour, turn_hue

SIDE, FRAME_SIDE = 160, 128     # pixels of a stored sprite and of an animation's frame
SCALE = 2                       # drawn at twice the visible scale, as the decoder draws
COLOURS = 'red', 'orange', 'yellow', 'green', 'blue', 'purple', 'pink'      # the first of pictures.PAINTS
LIMITS = ((14, 'red'), (40, 'orange'), (65, 'yellow'), (165, 'green'), (195, 'cyan'), (250, 'blue'), (300, 'purple'),
          (345, 'pink'), (361, 'red'))


def decode(job):
    from PIL import Image
    data, side = job
    picture = Image.open(io.BytesIO(data)).convert('RGBA')
    if picture.size != (side, side):
        picture = picture.resize((side, side), Image.LANCZOS)
    x = np.asarray(picture).astype(np.float32)
    x[..., :3] *= x[..., 3:] / 255
    return x.round().astype(np.uint8).transpose(2, 0, 1)


def read_meta(folder=DATA):
    with open(f'{folder}/meta.json') as f:
        return json.load(f)


def unpack(folder=DATA):
    """-> sprites uint8 [N, 4, 160, 160], animations uint8 [A * 16, 4, 128, 128] on the device, decoded on every core."""
    meta, jobs = read_meta(folder), []
    with open(f'{folder}/sprites.bin', 'rb') as f:
        pack = f.read()
    jobs += [(pack[s['offset']:s['offset'] + s['bytes']], SIDE) for s in meta['sprites']]
    with open(f'{folder}/animations.bin', 'rb') as f:
        pack = f.read()
    jobs += [(pack[at:at + size], FRAME_SIDE) for a in meta['animations'] for at, size in a['frames']]
    with multiprocessing.get_context('fork').Pool(os.cpu_count()) as pool:      # forks before the GPU is touched
        arrays = pool.map(decode, jobs, chunksize=32)
    n = len(meta['sprites'])
    nothing = lambda side: np.zeros((0, 4, side, side), np.uint8)
    stacked = lambda part, side: torch.from_numpy(np.stack(part) if part else nothing(side)).to(DEVICE)
    say('sprites', n, 'frames of animations', len(arrays) - n)
    return stacked(arrays[:n], SIDE), stacked(arrays[n:], FRAME_SIDE)


def to_float(x):
    return x.float() / 255


def straight(x):
    """Premultiplied [n, 4, h, w] -> colours in -1 ... 1 as pictures.py has them, alpha."""
    alpha = x[:, 3:]
    return (x[:, :3] / alpha.clamp_min(1 / 512)).clamp(0, 1) * 2 - 1, alpha


def premultiplied(colours, alpha):
    return torch.cat([(colours.clamp(-1, 1) + 1) / 2 * alpha, alpha], 1)


def hue_turned(x, angle):
    colours, alpha = straight(x)
    return premultiplied(turn_hue(colours, angle), alpha)


def recoloured(x, main_hue, colour):
    """main_hue [n] in degrees, colour [n]: index of COLOURS."""
    colours, alpha = straight(x)
    return premultiplied(recolour(colours, main_hue, colour), alpha)


def colour_names(sprites, hues, batch=256):
    """The colour word of every sprite with a main hue (dull orange is brown), else None."""
    names = []
    for first in range(0, len(sprites), batch):
        colours, alpha = straight(to_float(sprites[first:first + batch]))
        hue, saturation, value = hsv((colours + 1) / 2)
        degrees = torch.tensor([h if h is not None else 0. for h in hues[first:first + batch]], device=DEVICE)
        away = ((hue - degrees.view(-1, 1, 1) + 180) % 360 - 180).abs()
        ink = ((away < 26) & (saturation > .3)).float() * alpha[:, 0]
        dull = ((ink * value).sum((1, 2)) / ink.sum((1, 2)).clamp_min(1)).tolist()
        for degree, light in zip(hues[first:first + batch], dull):
            name = None if degree is None else next(name for limit, name in LIMITS if degree % 360 < limit)
            names.append('brown' if name == 'orange' and light < .72 else name)
    return names


def resized(x, size, factor=1.):
    """A texture for drawing at `size`: its pixels are about as large as the canvas' own, so that nothing is skipped."""
    height, width = round(SCALE * size), max(4, round(SCALE * size * abs(factor)))
    return F.interpolate(x, (height, width), mode='bilinear', antialias=True, align_corners=False)


def placed(texture, tokens, size, angle=0., factor=1., y=None, x=None):
    """Textures [n, 4, h, w] at a pose on a canvas of tokens x tokens (all amounts: numbers or tensors [n]).

    size, centre (y, x; the canvas' centre if missing) in pixels of the visible scale, angle in degrees clockwise.
    -> [n, 4, 16 tokens, 16 tokens]
    """
    n, half = len(texture), tokens * 4.         # half of the canvas' side
    number = lambda value: torch.as_tensor(value, dtype=torch.float, device=texture.device).expand(n)
    size, factor, turn = number(size), number(factor), number(angle) * math.pi / 180
    y, x = (number(half if v is None else v) for v in (y, x))
    cos, sin, reach = turn.cos(), turn.sin(), size / 2
    across = torch.stack([cos * half, sin * half, cos * (half - x) + sin * (half - y)], 1) / (reach * factor)[:, None]
    down = torch.stack([-sin * half, cos * half, -sin * (half - x) + cos * (half - y)], 1) / reach[:, None]
    pixels = SCALE * 8 * tokens
    grid = F.affine_grid(torch.stack([across, down], 1), (n, 4, pixels, pixels), align_corners=False)
    return F.grid_sample(texture, grid, align_corners=False)


def extent(pose):
    """Tokens a side (an even number) of the smallest canvas around a pose's centre that holds it."""
    size, angle, factor = pose
    turn = math.radians(angle)
    side = size * (abs(math.cos(turn)) + abs(math.sin(turn)))
    return min(14, 2 * math.ceil(side / 2 / 8 - 1e-6))


def drawn(sprites, pose, tokens):
    """Sprites (float, as stored) at a pose (size, angle, factor) in the middle of a canvas."""
    size, angle, factor = pose
    return placed(resized(sprites, size, factor), tokens, size, angle, factor)


def over(x, ground):
    """Premultiplied pictures [n, 4, h, w] on grounds (colours broadcast to [n, 3, h, w])."""
    return x[:, :3] + (1 - x[:, 3:]) * ground

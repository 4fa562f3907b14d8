"""Pictures on the device: reading the pack, moving, turning hues, recolouring."""
import io
import json
import math
import multiprocessing
import os

import numpy as np
import torch
import torch.nn.functional as F

from habits import DATA, DEVICE, WORK, say

BATCH = 512
HALF_FILE = 'half.npy'          # 128 px pictures of the pack, kept for later stages

# hue, saturation factor, value offset, value factor; in the order of the captions' colours
PAINTS = torch.tensor([
    [0, 1, 0, 1], [28, 1, 0, 1], [50, 1, .25, .75], [125, 1, 0, 1], [212, 1, 0, 1], [278, 1, 0, 1],   # red ... purple
    [335, .75, .15, .85], [25, .8, 0, .62],                                                           # pink, brown
    [0, .12, .06, .3], [0, .06, 0, .72], [0, .06, .62, .33]])                                         # black, gray, white


def decode(data):
    from PIL import Image
    return np.asarray(Image.open(io.BytesIO(data)).convert('RGB'))


def unpack(folder=DATA):
    """All pictures of pack.bin, decoded on every core -> uint8 [N, 3, 256, 256] on the device."""
    with open(f'{folder}/idx.json') as f:
        places = json.load(f)
    with open(f'{folder}/pack.bin', 'rb') as f:
        pack = f.read()
    with multiprocessing.get_context('fork').Pool(os.cpu_count()) as pool:     # forks before the GPU is touched
        result = torch.empty(len(places), 3, 256, 256, dtype=torch.uint8, device=DEVICE)
        arrays = pool.imap(decode, (pack[at:at + length] for at, length in places), chunksize=32)
        for first in range(0, len(places), BATCH):
            n = min(BATCH, len(places) - first)
            x = torch.from_numpy(np.stack([next(arrays) for _ in range(n)])).to(DEVICE).permute(0, 3, 1, 2)
            nearly_white = x.amin(1, True) >= 250         # noise of the lossy format would give white many tokens
            result[first:first + n] = torch.where(nearly_white, torch.full_like(x, 255), x)
    say('pictures', len(places))
    return result


def to_float(x):
    return x.float().div_(127.5).sub_(1)


def halve(pictures):
    """uint8 256 px -> uint8 128 px."""
    parts = [F.avg_pool2d(pictures[a:a + BATCH].float(), 2).round().byte() for a in range(0, len(pictures), BATCH)]
    return torch.cat(parts)


def load_half_size(folder=DATA):
    """128 px pictures, from the file of an earlier stage or else from the pack."""
    path = f'{WORK}/{HALF_FILE}'
    if os.path.exists(path):
        return torch.from_numpy(np.load(path)).to(DEVICE)
    half = halve(unpack(folder))
    np.save(path, half.cpu().numpy())
    return half


def uniform(n, low=0., high=1.):
    return low + (high - low) * torch.rand(n, device=DEVICE)


def move(x, flip, scale, shift_x, shift_y, angle, stretch):
    """Every picture moved by its own amounts (tensors [n]); what comes in from outside is white."""
    cos, sin, side = torch.cos(angle), torch.sin(angle), torch.where(flip, -1., 1.)
    rows = torch.stack([side * cos / scale * stretch, side * sin / scale * stretch, shift_x,
                        -sin / scale, cos / scale, shift_y], 1).view(-1, 2, 3)
    grid = F.affine_grid(rows, x.shape, align_corners=False)
    return F.grid_sample(x - 1, grid, align_corners=False) + 1


def turn_hue(x, angle):
    """Turns all colours about the gray axis (angle [n] in radians)."""
    cos, sin = torch.cos(angle), math.sqrt(1 / 3) * torch.sin(angle)
    third = (1 - cos) / 3
    a, b, c = cos + third, third - sin, third + sin
    matrix = torch.stack([a, b, c, c, a, b, b, c, a], 1).view(-1, 3, 3)
    return torch.einsum('bij,bjhw->bihw', matrix, x).clamp(-1, 1)


def hsv(x):
    """x [n, 3, h, w] in 0 ... 1 -> hue in degrees, saturation, value."""
    value, top = x.max(1)
    spread = (value - x.min(1).values).clamp_min(1e-6)
    r, g, b = x.unbind(1)
    sector = torch.where(top == 0, ((g - b) / spread) % 6, torch.where(top == 1, (b - r) / spread + 2, (r - g) / spread + 4))
    saturation = torch.where(value > 0, (value - x.min(1).values) / value.clamp_min(1e-6), 0.)
    return sector * 60, saturation, value


def rgb(hue, saturation, value):
    def channel(n):
        k = (n + hue / 60) % 6
        return value - value * saturation * torch.minimum(k, 4 - k).clamp(0, 1)
    return torch.stack([channel(5), channel(3), channel(1)], 1)


def recolour(x, main_hue, colour):
    """Pixels within 40 degrees of the picture's main hue take the named colour (colour [n]: index of PAINTS)."""
    x = (x + 1) / 2
    hue, saturation, value = hsv(x)
    away = (hue - main_hue.view(-1, 1, 1) + 180) % 360 - 180
    share = ((40 - away.abs()) / 10).clamp(0, 1) * ((saturation - .08) / .1).clamp(0, 1)
    paint = PAINTS.to(x.device)[colour].unbind(1)
    new_hue, less_saturation, offset, factor = (p.view(-1, 1, 1) for p in paint)
    painted = rgb((new_hue + away * .5) % 360, saturation * less_saturation, offset + factor * value)
    return (x + (painted - x) * share[:, None]) * 2 - 1


def shaken(x, may_flip):
    """Small random moves, flips and turns for training; pictures that must stay upright are only moved."""
    n = len(x)
    flip = may_flip & (uniform(n) < .5)
    angle = torch.where(may_flip & (uniform(n) < .4), uniform(n, -.12, .12), torch.zeros(n, device=DEVICE))
    return move(x, flip, uniform(n, .87, 1.05), uniform(n, -.06, .06), uniform(n, -.06, .06), angle, uniform(n, .95, 1.05))

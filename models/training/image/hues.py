"""The main hue of every picture: what recolouring turns, and what a caption may name."""
import io

import numpy as np
from PIL import Image

COLOURS = ['red', 'orange', 'yellow', 'green', 'blue', 'purple', 'pink', 'brown', 'black', 'gray', 'white']
COLOUR_WORDS = set(COLOURS) | {'grey', 'golden'}
BINS = 96
NEAR = 26           # degrees from the main hue that count as the same colour
PEOPLE, FLAGS = 1, 9


class Hue:
    """degrees (-1: none), its share of the coloured ink, coloured share of the ink, dark share, brightness."""
    degrees, share, coloured, dark, value = -1., 0., 0., 0., 0.


def measure(webp):
    result = Hue()
    picture = Image.open(io.BytesIO(webp)).convert('RGB').resize((64, 64), Image.BOX).convert('HSV')
    h, s, v = (np.asarray(picture).astype(np.float32) / 255).reshape(-1, 3).T
    ink = ~((s < .06) & (v > .93))
    coloured = ink & (s > .3) & (v > .25)
    if ink.sum() < 40:
        return result
    result.coloured = coloured.sum() / ink.sum()
    result.dark = ((v < .35) & ink).sum() / ink.sum()
    if coloured.sum() < 20:
        return result
    h, s, v = h[coloured], s[coloured], v[coloured]
    bins = np.bincount((h * BINS).astype(int) % BINS, weights=s * v, minlength=BINS)
    smooth = np.convolve(np.r_[bins[-4:], bins, bins[:4]], np.ones(9), 'valid')
    peak = (smooth.argmax() + .5) / BINS * 360
    away = (h * 360 - peak + 180) % 360 - 180
    near = np.abs(away) < NEAR
    result.degrees = (peak + np.average(away[near], weights=(s * v)[near])) % 360   # a flat peak's middle, not its edge
    near = np.abs((h * 360 - result.degrees + 180) % 360 - 180) < NEAR
    result.share = (s * v)[near].sum() / max(1e-6, (s * v).sum())
    result.value = v[near].mean() if near.any() else 0.
    return result


def recolourable(item, hue):
    """One hue rules the picture, and turning it does not change what the thing is (flags, skin, signs)."""
    plain = not (item['flag'] or item['weak'] or item['tone']) and item['group'] not in (PEOPLE, FLAGS)
    return bool(plain and item['style'] != 'flat-color-icons' and hue.share > .6 and hue.coloured > .45)


def name_of(hue, can_recolour):
    """The colour word that fits the picture, or None."""
    if hue.dark > .6:
        return 'black'
    if not can_recolour or hue.share < .7 or hue.coloured < .55:
        return None
    dull = hue.value < .7
    if hue.degrees < 12 or hue.degrees >= 348:
        return 'red'
    if hue.degrees < 40:
        return 'brown' if dull else 'red' if hue.degrees < 20 else 'orange'
    for limit, name in ((65, 'yellow'), (165, 'green'), (250, 'blue'), (300, 'purple')):
        if hue.degrees < limit:
            return name
    return 'pink'

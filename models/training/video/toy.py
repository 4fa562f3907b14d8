"""Writes a tiny stand-in for the GPU folder (random blobs, made-up things), to test every stage on a CPU.

    python3 toy.py FOLDER
"""
import io
import json
import os
import sys

import numpy as np

from layout import FRAMES

THINGS, ANIMATIONS, STYLES = 20, 2, ['twemoji', 'noto', 'fluent-emoji-flat', 'fluent-emoji', 'emojione', 'noto-v1']


def blob(random, side, shift=0):
    """A few discs on nothing -> WebP."""
    from PIL import Image, ImageDraw
    image = Image.new('RGBA', (side, side))
    draw = ImageDraw.Draw(image)
    for _ in range(random.randint(1, 4)):
        x, y, r = random.randint(side // 4, side * 3 // 4, 2).tolist() + [random.randint(side // 8, side // 4)]
        draw.ellipse([x - r + shift, y - r, x + r + shift, y + r], fill=tuple(random.randint(0, 255, 3).tolist()) + (255,))
    file = io.BytesIO()
    image.save(file, 'WEBP', quality=80)
    return file.getvalue()


class Pack:
    def __init__(self, path):
        self.file, self.at = open(path, 'wb'), 0

    def add(self, data):
        self.file.write(data)
        self.at += len(data)
        return self.at - len(data), len(data)


def main(folder):
    os.makedirs(folder, exist_ok=True)
    random = np.random.RandomState(0)
    things = [dict(name=f'red thing{i}' if i % 3 == 0 else f'thing{i}', aliases=[f'alias{i}'] if i % 2 else [],
                   category='face-smiling' if i % 4 == 0 else 'animal-mammal') for i in range(THINGS)]
    pack, sprites = Pack(f'{folder}/sprites.bin'), []
    for thing in range(THINGS):
        for style in (thing % 4, (thing + 1) % 4, 4 + thing % 2):
            offset, size = pack.add(blob(random, 160))
            sprites.append(dict(thing=thing, style=style, offset=offset, bytes=size,
                                hue=float(random.randint(360)) if random.rand() < .5 else None))
    pack, animations = Pack(f'{folder}/animations.bin'), []
    for i in range(ANIMATIONS):
        frames = [pack.add(blob(np.random.RandomState(i), 128, 2 * f)) for f in range(FRAMES)]
        animations.append(dict(name=f'thing{i + 1}', aliases=[], category='heart', frames=frames))
    with open(f'{folder}/meta.json', 'w') as f:
        json.dump(dict(styles=STYLES, things=things, sprites=sprites, animations=animations), f)


if __name__ == '__main__':
    main(sys.argv[1])

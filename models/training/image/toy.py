"""Writes a tiny stand-in for the GPU folder (random blobs, made-up captions), to test every stage on a CPU.

    python3 toy.py FOLDER [PICTURES]
"""
import io
import json
import os
import sys

import numpy as np

import shared  # noqa: F401
from captions_data import CLEAN, COLOURS, FIRST_STYLE, FIRST_WORD, MOOD, STYLES, WORDS

COLOUR_NAMES = 'red orange yellow green blue purple pink brown black gray white'.split()


def blob(random):
    """A coloured disc, sometimes with a second one, on white -> WebP."""
    from PIL import Image, ImageDraw
    image = Image.new('RGB', (256, 256), (255, 255, 255))
    draw = ImageDraw.Draw(image)
    for _ in range(random.randint(1, 3)):
        x, y, r = random.randint(60, 196), random.randint(60, 196), random.randint(20, 60)
        draw.ellipse([x - r, y - r, x + r, y + r], fill=tuple(int(v) for v in random.randint(0, 255, 3)))
    file = io.BytesIO()
    image.save(file, 'WEBP', quality=78)
    return file.getvalue()


def captions(random, n, words=60, seen=50):
    total = FIRST_WORD + words
    lines = lambda *shape: np.where(np.arange(WORDS) < random.randint(1, 5, shape + (1,)),
                                    random.randint(FIRST_WORD, FIRST_WORD + seen, shape + (WORDS,)), 0).astype(np.int16)
    vectors = np.zeros((total, 384), np.float16)
    vectors[FIRST_WORD:] = random.randn(words, 384) / 384 ** .5
    held_a, held_m = np.arange(0, n // 10), np.arange(n // 10, n // 10 + 6)
    kind = np.where(random.rand(n) < .2, MOOD, CLEAN).astype(np.int8)
    kind[held_m] = MOOD
    arrays = dict(CAP=lines(n, 16), RCAP=lines(n, COLOURS), CAPC=lines(n), KIND=kind, MV=vectors,
                  STY=random.randint(FIRST_STYLE, FIRST_STYLE + STYLES, n).astype(np.int16),
                  noflip=random.rand(n) < .3, dom=(random.rand(n) * 360).astype(np.float32), recol=random.rand(n) < .4,
                  wt=np.ones(n, np.float32), train=np.arange(n // 10 + 6, n), holdA=held_a, testA=held_a[:12], testM=held_m)
    names = [f'thing {i % 40}' for i in range(n)]
    styles = [f'style{i}' for i in range(STYLES)]
    info = dict(T=total, nseen=FIRST_WORD + seen, vocab={f'word{i}': FIRST_WORD + i for i in range(words)}, styles=styles,
                colours=COLOUR_NAMES, listA=[], listM=[], caps=names, style=[styles[s - FIRST_STYLE] for s in arrays['STY']])
    return arrays, info


def main(folder, n=300):
    os.makedirs(folder, exist_ok=True)
    random = np.random.RandomState(0)
    places, at = [], 0
    with open(f'{folder}/pack.bin', 'wb') as f:
        for _ in range(n):
            data = blob(random)
            f.write(data)
            places.append([at, len(data)])
            at += len(data)
    arrays, info = captions(random, n)
    np.savez(f'{folder}/captions.npz', **arrays)
    for name, content in (('idx', places), ('captions', info)):
        with open(f'{folder}/{name}.json', 'w') as f:
            json.dump(content, f)


if __name__ == '__main__':
    main(sys.argv[1], *map(int, sys.argv[2:]))

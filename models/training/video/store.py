"""The store: what things look like as tokens, for a drafter that copies from it.

    python3 store.py        reads the dictionary; writes store.bin and store.json to $WORK

Every (thing, style) upright at the base sizes; in the styles of POSED in every pose; the frames of every animation, which
count as things behind the others. An entry is deflated by itself: pieces one after another, each its rows and columns, its
first row and column counted from the thing's middle (+ 128; a byte each), then its codes row by row (uint16, little-endian).
"""
import json
import sys
import zlib

import numpy as np

from dictionary import MIDDLE, Dictionary
from habits import WORK, say, settle
from layout import SIDE, STYLES
from motions import SIZES, TABLES
from sprites import read_meta

POSED = tuple(sys.argv[1:]) or ('twemoji',)


def tight(codes, empty):
    """The part of a canvas [169] that is not empty -> [rows, columns] and where it begins, or None."""
    canvas = codes.reshape(SIDE, SIDE)
    rows, columns = np.nonzero((canvas != empty).any(1))[0], np.nonzero((canvas != empty).any(0))[0]
    if not len(rows):
        return None
    return canvas[rows[0]:rows[-1] + 1, columns[0]:columns[-1] + 1], (rows[0] - MIDDLE, columns[0] - MIDDLE)


def packed(pieces):
    parts = [bytes((*p.shape, *(128 + at for at in place))) + np.ascontiguousarray(p).astype('<u2').tobytes()
             for p, place in pieces]
    return zlib.compress(b''.join(parts), 9)


def main():
    d = Dictionary()
    base = [TABLES.base(size) for size in SIZES.values()]
    every = list(range(1, len(TABLES.poses)))
    entries, data = [], bytearray()

    def put(thing, style, where):
        canvases = d.codes[where].cpu().numpy()
        pieces = [p for p in (tight(c, d.empty) for c in canvases) if p is not None]
        if pieces:
            deflated = packed(pieces)
            entries.append(dict(thing=int(thing), style=style, offset=len(data), bytes=len(deflated)))
            data.extend(deflated)

    for row in range(d.first_painted):
        style = STYLES[d.style[row]]
        put(d.thing[row], style, d.entry(row, np.array(every if style in POSED else base)))
    meta = read_meta()
    for index in range(len(meta['animations'])):
        put(len(meta['things']) + index, 'animated', d.frames(index))
    with open(f'{WORK}/store.bin', 'wb') as f:
        f.write(data)
    with open(f'{WORK}/store.json', 'w') as f:
        json.dump(entries, f)
    say(len(entries), 'entries,', len(data), 'bytes')


if __name__ == '__main__':
    settle(5)
    main()

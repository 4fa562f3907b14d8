"""Motions as tables: for every kind of clip and every frame a pose, a whole-token shift and a phase.

A pose is (size, angle in degrees clockwise, horizontal factor); poses are few, as the target must know every thing in
every pose. Where a thing is says the shift of the pose's tokens (whole tokens) and the phase of the frame (0 ... 7 px).
"""
import math

import numpy as np

from layout import FRAMES, PATCH, VISIBLE

HALF = VISIBLE // 2
LONG = 2 * FRAMES           # frames that tables hold: a clip may show a part that begins late
CENTRE = 56                 # canvas pixel (both ways) where poses are drawn: a corner between tokens
SIZES = dict(small=48, normal=64, big=80)
SPEEDS = dict(still='n', right='nsf', left='nsf', up='nsf', down='nsf', bounce='nsf', float='ns', spin='nsf', swing='nsf',
              shake='nsf', circle='nsf', grow='nf', shrink='nf', pulse='nf', flip='n', appear='n', vanish='n')
MOTIONS = tuple(SPEEDS)
STEP = dict(s=2, n=4, f=8)              # pixels a frame
BOUNCE = dict(n=(0, 14, 24, 30, 32, 30, 24, 14), f=(0, 16, 28, 32, 28, 16),
              s=(0, 8, 14, 20, 24, 28, 30, 32, 32, 32, 30, 28, 24, 20, 14, 8))
FLOAT = dict(n=(0, 1, 4, 7, 8, 7, 4, 1), s=(0, 0, 1, 2, 4, 6, 7, 8, 8, 8, 7, 6, 4, 2, 1, 0))
SPIN = dict(s=22.5, n=45, f=90)
SWING = dict(n=(0, 12, 20, 12, 0, -12, -20, -12), f=(0, 20, 0, -20),
             s=(0, 12, 12, 20, 20, 20, 12, 12, 0, -12, -12, -20, -20, -20, -12, -12))
SHAKE = dict(n=(0, 4, 0, -4), s=(0, 2, 4, 2, 0, -2, -4, -2), f=(4, -4))
PULSE = dict(n=(0, 4, 8, 12, 16, 12, 8, 4), f=(0, 8, 16, 8))
ENDLESS = 'right', 'left', 'up', 'down', 'bounce', 'float', 'spin', 'swing', 'shake', 'circle', 'pulse', 'flip'
FLIP = 1, .7, .2, -.7, -1, -.7, .2, .7
APPEAR = {48: (0, 16, 36, 52, 52), 64: (0, 32, 56, 68, 68), 80: (0, 40, 68, 84, 84)}


def at(values, frame):
    return values[frame % len(values)]


def across(direction, speed, size, frame):
    """Offset (y, x) of a thing that crosses the frame and comes in again on the other side."""
    start = -((VISIBLE - size) // 2)
    place = (max(-16, start) if speed == 's' else start) + STEP[speed] * frame
    while place - size // 2 >= HALF:
        place -= VISIBLE + size
    return {'right': (0, place), 'left': (0, -place), 'down': (place, 0), 'up': (-place, 0)}[direction]


def around(size, speed, frame):
    """A circle, clockwise from the top."""
    turn = 2 * math.pi * frame / {'s': 32, 'n': 16, 'f': 8}[speed]
    radius = 8 if size == 80 else 16
    return -round(radius * math.cos(turn)), round(radius * math.sin(turn))


def pose_and_place(motion, speed, size, frame):
    """-> (size, angle, factor), (y, x) of the centre in the visible frame; size 0: nothing there."""
    angle, factor, y, x, whole = 0., 1., 0, 0, size
    if motion in ('right', 'left', 'up', 'down'):
        y, x = across(motion, speed, size, frame)
    elif motion == 'bounce':
        y = (VISIBLE - size) // 2 - at(BOUNCE[speed], frame) // (2 if whole == 80 else 1)
    elif motion == 'float':
        y = -at(FLOAT[speed], frame)
    elif motion == 'spin':
        angle = SPIN[speed] * frame % 360
    elif motion == 'swing':
        angle = float(at(SWING[speed], frame)) % 360
    elif motion == 'shake':
        x = at(SHAKE[speed], frame)
    elif motion == 'circle':
        y, x = around(size, speed, frame)
    elif motion == 'grow':
        size = min(80, 32 + STEP[speed] * frame)
    elif motion == 'shrink':
        size = max(32, 80 - STEP[speed] * frame)
    elif motion == 'pulse':
        size += at(PULSE[speed], frame) * (-1 if whole == 80 else 1)
    elif motion == 'flip':
        factor = at(FLIP, frame)
    elif motion == 'appear':
        size = APPEAR[size][frame] if frame < 5 else size
    elif motion == 'vanish':
        size = size if frame < 3 else APPEAR[size][7 - frame] if frame < 7 else 0
    return (size, angle, factor), (HALF + y, HALF + x)


def kinds():
    """(motion, speed, size name): slow turns have many poses, so only normal things turn slowly."""
    for motion, speeds in SPEEDS.items():
        for speed in speeds:
            for size in SIZES:
                single = motion in ('grow', 'shrink') or (motion, speed) == ('spin', 's')
                if size == 'normal' or not single:
                    yield motion, speed, size


def offsets(motion, size):
    """Whole-token offsets (rows, columns) at which a clip may begin."""
    near = {'small': (-2, -1, 0, 1, 2), 'normal': (-1, 0, 1), 'big': (0,)}[size]
    rows = columns = (0,)
    if motion in ('still', 'float', 'shake', 'flip', 'spin', 'swing', 'appear', 'vanish'):
        rows = columns = near
    elif motion == 'pulse' and size != 'big':
        rows = columns = (-1, 0, 1)
    elif motion in ('right', 'left'):
        rows = near
    elif motion in ('up', 'down'):
        columns = near
    elif motion == 'bounce':
        rows, columns = ((-1, 0) if size != 'big' else (0,)), near
    return [(row, column) for row in rows for column in columns]


def split(place):
    """Centre (y, x) in the visible frame -> whole-token shift (rows, columns), phase 8 py + px."""
    phases = [p % PATCH for p in place]
    shift = [(p + PATCH - phase - CENTRE) // PATCH for p, phase in zip(place, phases)]
    return shift, phases[0] * PATCH + phases[1]


# ---- two things, both small: (motion, speed) -> centres of the first and the second in every frame

def meet(step, start):
    far = [min(24, start + step * k) for k in range(FRAMES)]
    return [((HALF, x), (HALF, VISIBLE - x)) for x in far]


def wrapped(x):
    """Within -24 ... 119: out on one side means in again on the other."""
    return (x + 24) % (VISIBLE + 48) - 24


def leap():
    """The first stands left of the second, jumps over it in an arc and stands at its right."""
    xs = [8] * 3 + list(range(16, 88, 8)) + [88] * 4
    ys = [72] * 3 + [56, 40, 32, 24, 24, 24, 32, 40, 56] + [72] * 4
    return [((y, x), (72, HALF)) for y, x in zip(ys, xs)]


def pairs():
    side = lambda y: ((y, 24), (y, 72))
    frames = range(FRAMES)
    passing = lambda step, start: [((24, wrapped(start + step * k)), (72, wrapped(VISIBLE - start - step * k))) for k in frames]
    chase = lambda step: [((HALF, wrapped(step * k)), (HALF, wrapped(56 + step * k))) for k in frames]
    return {('together', 'n'): [side(HALF)] * FRAMES,
            ('meet', 'n'): meet(4, -16), ('meet', 'f'): meet(8, -16),
            ('pass', 'n'): passing(4, 16), ('pass', 'f'): passing(8, 0),
            ('chase', 'n'): chase(4), ('chase', 'f'): chase(8),
            ('bounce', 'n'): [side(72 - at(BOUNCE['n'], k)) for k in frames],
            ('bounce', 'f'): [side(72 - at(BOUNCE['f'], k)) for k in frames],
            ('jump over', 'n'): leap()}


class Tables:
    """KINDS and PAIRS as arrays. Pose 0 is nothing."""

    def __init__(self):
        self.poses = [(0, 0., 1.)]
        self.kinds, self.offsets = list(kinds()), []
        n = len(self.kinds)
        self.pose, self.shift = np.zeros((n, LONG), int), np.zeros((n, LONG, 2), int)
        self.phase = np.zeros((n, LONG), int)
        for i, (motion, speed, size) in enumerate(self.kinds):
            for frame in range(LONG):
                pose, place = pose_and_place(motion, speed, SIZES[size], frame)
                self.pose[i, frame] = self.index(pose) if pose[0] > 0 else 0
                self.shift[i, frame], self.phase[i, frame] = split(place)
            self.offsets.append(offsets(motion, size))
        self.pair_tables()

    def index(self, pose):
        if pose not in self.poses:
            self.poses.append(pose)
        return self.poses.index(pose)

    def base(self, size):
        """The upright pose of a size."""
        return self.index((size, 0., 1.))

    def pair_tables(self):
        self.pairs = list(pairs())
        self.pair_shift = np.zeros((len(self.pairs), 2, FRAMES, 2), int)
        self.pair_phase = np.zeros((len(self.pairs), FRAMES), int)
        for i, centres in enumerate(pairs().values()):
            for frame, both in enumerate(centres):
                (self.pair_shift[i, 0, frame], phase), (self.pair_shift[i, 1, frame], other) = map(split, both)
                assert phase == other, (self.pairs[i], frame)
                self.pair_phase[i, frame] = phase


TABLES = Tables()

if __name__ == '__main__':
    print(len(TABLES.kinds), 'kinds,', len(TABLES.poses), 'poses,', len(TABLES.pairs), 'kinds of two')
    print(TABLES.poses)

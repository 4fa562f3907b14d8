"""Draws clips: what happens (on the CPU, in a thread beside training), then its tokens (gathers on the device)."""
import queue
import random
import threading
from dataclasses import dataclass

import numpy as np
import torch

from layout import AREA, FIRST_GROUND, FIRST_PHASE, FRAMES, GROUNDS, SIDE, STYLES
from captions import OWN, Captions, Vocabulary
from habits import DEVICE
from heldout import held_motions
from motions import ENDLESS, HALF, MOTIONS, TABLES, split

SHARES = dict(animated=.08, own=.08, pair=.10, painted=.13)     # the rest: things as they are
SPOKEN, WHITE = .65, .92        # captions that say their ground; white grounds among the others
NORMAL_SPEED, SIZES = .5, (('normal', .6), ('small', .2), ('big', .2))
LATE = .2                       # clips of endless motions that begin in their midst: films go on from their last frames
CENTRED, NAMELESS = .4, .03     # clips that begin in the middle; captions without a style
OWN_FRAME = .1                  # weight of the first frame of pictures of the user's own: it will be given
NAMES = list(GROUNDS)
STILL = split((HALF, HALF))         # shift and phase of a thing in the middle


@dataclass
class Specs:
    """Clips before they are tokens; arrays with a row a clip."""
    prefix: np.ndarray          # [n, 16]
    entries: np.ndarray         # [n, 2, 16] of the dictionary, a first and a second thing
    shifts: np.ndarray          # [n, 2, 16, 2] in tokens (rows, columns)
    phases: np.ndarray          # [n, 16]
    grounds: np.ndarray         # [n]
    first: np.ndarray           # [n] weight of the first frame
    about: list                 # (caption, thing, motion, style) of each


class Clips:
    def __init__(self, dictionary, meta, seed=1):
        self.d, self.vocabulary = dictionary, Vocabulary(meta)
        self.held = held_motions(meta['things'])
        self.animations = len(meta['animations'])
        self.by_motion = {}
        for i, (motion, speed, size) in enumerate(TABLES.kinds):
            self.by_motion.setdefault((motion, speed), {})[size] = i
        self.meta = meta
        self.seed(seed)
        self.plain = np.arange(dictionary.first_painted)
        self.by_style = {s: self.plain[dictionary.style[self.plain] == s] for s in range(4)}

    def seed(self, seed):
        self.chance = random.Random(seed)
        self.say = Captions(self.meta, self.chance)

    # ---- parts of a clip
    def ground(self):
        """-> index, name for the caption (None: not said)."""
        if self.chance.random() < SPOKEN:
            index = self.chance.randrange(len(NAMES))
            return index, NAMES[index]
        return (0 if self.chance.random() < WHITE else self.chance.randrange(len(NAMES))), None

    def kind(self, motion):
        """Index into TABLES.kinds."""
        speeds = [speed for m, speed in self.by_motion if m == motion]
        speed = 'n' if self.chance.random() < NORMAL_SPEED else self.chance.choice(speeds)
        sizes = self.by_motion[motion, speed]
        u = self.chance.random()
        for size, share in SIZES:
            if u < share:
                break
            u -= share
        return sizes.get(size, sizes['normal'])

    def offset(self, kind, centred=CENTRED):
        places = TABLES.offsets[kind]
        return (0, 0) if (0, 0) in places and self.chance.random() < centred else self.chance.choice(places)

    def motion(self, thing, held):
        """A motion that training may show of a thing; held: the one that it may not."""
        if held:
            return MOTIONS[self.held[thing]]
        allowed = len(MOTIONS) - 1
        index = self.chance.randrange(allowed)
        return MOTIONS[index + (index >= self.held[thing])]

    def part(self, motion):
        """The frames of a motion that a clip shows."""
        late = motion in ENDLESS and self.chance.random() < LATE
        start = self.chance.randrange(1, FRAMES + 1) if late else 0
        return slice(start, start + FRAMES)

    def track(self, row, kind, offset, part):
        """-> entries [16], shifts [16, 2]."""
        return self.d.entry(row, TABLES.pose[kind, part]), TABLES.shift[kind, part] + np.array(offset)

    # ---- whole clips: entries and shifts of two layers, phases, words, style, (thing, motion)
    def of_row(self, row, ground, held=False, motion=None):
        thing = int(self.d.thing[row])
        motion = motion or self.motion(thing, held)
        kind, part = self.kind(motion), self.part(motion)
        painted = row >= self.d.first_painted
        said = self.say.single(self.say.thing(thing, self.d.colour[row], painted), *TABLES.kinds[kind], ground)
        style = None if not painted and self.chance.random() < NAMELESS else STYLES[self.d.style[row]]
        return [self.track(row, kind, self.offset(kind), part)], TABLES.phase[kind, part], said, style, (thing, motion)

    def of_own(self, ground):
        row = self.chance.randrange(self.d.first_own, self.d.n)
        motion = self.chance.choice(MOTIONS)
        kind, part = self.kind(motion), self.part(motion)
        said = self.say.single([self.chance.choice(OWN)], *TABLES.kinds[kind], ground)
        return [self.track(row, kind, self.offset(kind, .5), part)], TABLES.phase[kind, part], said, None, (-1, motion)

    def of_pair(self, ground):
        rows = self.by_style[self.chance.randrange(4)]
        if len(rows) < 2:
            rows = self.plain
        first, second = (int(rows[i]) for i in self.chance.sample(range(len(rows)), 2))
        kind = self.chance.randrange(len(TABLES.pairs))
        motion, speed = TABLES.pairs[kind]
        pose = np.full(FRAMES, TABLES.base(48))
        layers = [(self.d.entry(row, pose), TABLES.pair_shift[kind, i]) for i, row in enumerate((first, second))]
        names = [self.say.thing(int(self.d.thing[row]), self.d.colour[row]) for row in (first, second)]
        said = self.say.pair(*names, motion, speed, ground)
        style = None if self.chance.random() < NAMELESS else STYLES[self.d.style[first]]
        return layers, TABLES.pair_phase[kind], said, style, (int(self.d.thing[first]), motion)

    def of_animation(self, ground):
        index = self.chance.randrange(self.animations)
        styled = self.chance.random() < .7
        said = self.say.animated(index, styled, ground)
        offset = (0, 0) if self.chance.random() < .6 else (self.chance.choice((-1, 0, 1)), self.chance.choice((-1, 0, 1)))
        layer = self.d.frames(index), np.array([STILL[0]] * FRAMES) + np.array(offset)
        return [layer], np.full(FRAMES, STILL[1]), said, 'animated' if styled else None, (-1, 'animated')

    def one(self, ground):
        u = self.chance.random()
        for name, share in SHARES.items():
            if u < share:
                break
            u -= share
        else:
            return self.of_row(self.chance.randrange(self.d.first_painted), ground)
        if name == 'animated' and self.animations:
            return self.of_animation(ground)
        if name == 'own':
            return self.of_own(ground)
        if name == 'painted' and self.d.first_own > self.d.first_painted:
            return self.of_row(self.chance.randrange(self.d.first_painted, self.d.first_own), ground)
        return self.of_pair(ground)

    def specs(self, n, draw=None):
        """n clips; draw(ground) -> a clip, by default any."""
        draw = draw or self.one
        s = Specs(np.zeros((n, 16), int), np.zeros((n, 2, FRAMES), int), np.zeros((n, 2, FRAMES, 2), int),
                  np.zeros((n, FRAMES), int), np.zeros(n, int), np.ones(n, np.float32), [])
        for i in range(n):
            s.grounds[i], name = self.ground()
            layers, s.phases[i], said, style, (thing, motion) = draw(name)
            for at, (entries, shifts) in enumerate(layers):
                s.entries[i, at], s.shifts[i, at] = entries, shifts
            s.prefix[i] = self.vocabulary.prefix(said, style)
            s.first[i] = OWN_FRAME if said and style is None and thing < 0 and motion != 'animated' else 1
            s.about.append((' '.join(said), thing, motion, style))
        return s

    def fixed(self, n, seed, held=False):
        """The same n clips of things as they are, whenever asked; held: of their held-out motions."""
        kept = self.chance, self.say
        self.seed(seed)
        specs = self.specs(n, lambda ground: self.of_row(self.chance.randrange(self.d.first_painted), ground, held))
        self.chance, self.say = kept
        return specs

    # ---- tokens
    def batch(self, specs, frames=FRAMES):
        """-> prefix [n, 16], tokens [n, 17 + frames * 169], weights of the first frames [n], on the device."""
        on = lambda a: torch.from_numpy(a).to(DEVICE, non_blocking=True)
        plan = torch.cat([FIRST_GROUND + on(specs.grounds)[:, None], FIRST_PHASE + on(specs.phases)], 1)
        codes = self.paste(on(specs.entries[:, :, :frames]), on(specs.shifts[:, :, :frames]))
        return on(specs.prefix), torch.cat([plan, codes.flatten(1)], 1), on(specs.first)

    def paste(self, entries, shifts):
        """entries [n, 2, f], shifts [n, 2, f, 2] -> codes [n, f, 169]; the first thing hides the second."""
        codes = self.d.codes[entries].long()
        place = torch.arange(SIDE, device=codes.device)
        rows, columns = (place - shifts[..., i, None] for i in (0, 1))              # where a token comes from
        known = ((rows >= 0) & (rows < SIDE))[..., :, None] & ((columns >= 0) & (columns < SIDE))[..., None, :]
        source = rows.clamp(0, SIDE - 1)[..., :, None] * SIDE + columns.clamp(0, SIDE - 1)[..., None, :]
        moved = torch.where(known.flatten(3), codes.gather(3, source.flatten(3)), self.d.empty)
        return torch.where(moved[:, 0] != self.d.empty, moved[:, 0], moved[:, 1]).view(len(entries), -1, AREA)


class Ahead:
    """Specs drawn in a thread: `with Ahead(clips, n) as ahead: ahead.next()`."""

    def __init__(self, clips, n, waiting=16):
        self.clips, self.n, self.queue, self.over = clips, n, queue.Queue(waiting), False
        self.thread = threading.Thread(target=self.fill, daemon=True)

    def fill(self):
        while not self.over:
            specs = self.clips.specs(self.n)
            while not self.over:
                try:
                    self.queue.put(specs, timeout=.5)
                    break
                except queue.Full:
                    pass

    def next(self):
        return self.queue.get()

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.over = True
        self.thread.join()

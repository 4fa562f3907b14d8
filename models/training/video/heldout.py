"""What training never sees: 60 things (the tokenizer), one motion of every thing (the target)."""
import random

from motions import MOTIONS

FACES, OTHERS = 14, 46


def held_things(things):
    """Indices of things, faces among them."""
    if len(things) < 500:
        return list(range(0, len(things), 6))
    chance = random.Random(7)
    face = [i for i, thing in enumerate(things) if 'face' in thing['category'] and 'costume' not in thing['category']]
    other = sorted(set(range(len(things))) - set(face))
    return sorted(chance.sample(face, FACES) + chance.sample(other, OTHERS))


def held_motions(things):
    """For every thing the index of the motion that it never makes in training, in no style and no colour."""
    chance = random.Random(8)
    return [chance.randrange(1, len(MOTIONS)) for _ in things]

"""python hues.py WORK: gives every sprite of meta.json the degrees of its main hue, or null."""
import io
import json
import re
import sys
from pathlib import Path

from PIL import Image

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / 'image'))
from hues import COLOUR_WORDS, PEOPLE, measure, recolourable  # noqa: E402  (the picture model's)

WEAK = re.compile(r'button|sign$|symbol|japanese|dice')
OF_PEOPLE = re.compile(r'^(person|family|hand|body)')
OTHER = -1
TURNED = {'red', 'orange', 'yellow', 'green', 'cyan', 'blue', 'purple', 'pink'}      # the colours recolouring makes


def on_white(webp):
    """RGBA picture -> the same on white, as lossless bytes `measure` reads."""
    picture = Image.open(io.BytesIO(webp)).convert('RGBA')
    ground = Image.new('RGBA', picture.size, 'white')
    ground.alpha_composite(picture)
    result = io.BytesIO()
    ground.convert('RGB').save(result, 'BMP')
    return result.getvalue()


def without_colour(name):
    return ' '.join(word for word in name.split() if word not in TURNED)


def colour_families(things):
    """Names of things that exist in several colours ("red circle", "blue circle"): turned, one would be the other."""
    owners = {}                              # "circle" -> the things called so with a colour before it
    for thing in things:
        for name in [thing['name'], *thing['aliases']]:
            if without_colour(name) != name:
                owners.setdefault(without_colour(name), set()).add(thing['name'])
    families = set()
    for thing in things:
        plain = [without_colour(name) for name in [thing['name'], *thing['aliases']]]
        if any(owners.get(name, set()) - {thing['name']} for name in plain):
            families.add(thing['name'])
    return families


def names_colour(thing):
    return any(COLOUR_WORDS & set(name.split()) for name in [thing['name'], *thing['aliases']])


def describe(thing, families):
    """A thing in the terms of the picture model's `recolourable`."""
    weak = bool(WEAK.search(thing['name'])) or thing['name'] in families or names_colour(thing)
    group = PEOPLE if OF_PEOPLE.match(thing['category']) else OTHER
    return {'flag': 0, 'tone': '', 'style': '', 'weak': weak, 'group': group}


def main(work):
    meta = json.loads((work / 'meta.json').read_text())
    sprites = (work / 'sprites.bin').read_bytes()
    families = colour_families(meta['things'])
    items = [describe(thing, families) for thing in meta['things']]
    for sprite in meta['sprites']:
        hue = measure(on_white(sprites[sprite['offset']:sprite['offset'] + sprite['bytes']]))
        turns = recolourable(items[sprite['thing']], hue)
        sprite['hue'] = round(float(hue.degrees), 1) if turns else None
    (work / 'meta.json').write_text(json.dumps(meta, separators=(',', ':')))
    turning = sum(sprite['hue'] is not None for sprite in meta['sprites'])
    print('sprites with a hue:', turning, 'of', len(meta['sprites']))
    print('families of colours:', ', '.join(sorted(families)))


if __name__ == '__main__':
    main(Path(sys.argv[1]))

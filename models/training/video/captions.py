"""What clips are called: words of motions, speeds, sizes, grounds; captions as text ids.

Text is lower case, stop words are left out, everything else counts: [style] 14 words, padded, [begin].
"""
import json

from layout import BEGIN, FIRST_STYLE, FIRST_WORD, GROUNDS, NO_STYLE, PAD, STYLES, UNKNOWN, WORDS
from sprites import COLOURS

STOP = 'a an the is are its to of with'.split()
PHRASES = {
    'still': 'stays still|stands still|sits still|rests|stand|staying still|standing still|resting|',
    'right': 'moves right|slides right|goes right|drives right|flies right|runs right|walks right|moving right|sliding right|'
             'going right|flying right|driving right|running right|walking right|move right|moves to the right|rolls right',
    'left': 'moves left|slides left|goes left|drives left|flies left|runs left|walks left|moving left|sliding left|'
            'going left|flying left|driving left|running left|walking left|move left|moves to the left|rolls left',
    'up': 'moves up|rises|flies up|goes up|slides up|moving up|rising|flying up|climbs|going up|takes off|rise|climbing',
    'down': 'moves down|falls|drops|goes down|slides down|sinks|moving down|falling|dropping|sinking|going down|falls down|fall',
    'bounce': 'bounces|jumps|hops|bouncing|jumping|hopping|bounces up and down|jumps up and down|bouncing up and down|bounce|jump|hop',
    'float': 'floats|hovers|bobs|floating|hovering|bobbing|float|hover',
    'spin': 'spins|rotates|turns|spinning|rotating|turning|spins around|whirls|spin|rotate|turns around|rolls',
    'swing': 'swings|rocks|wobbles|sways|swinging|rocking|wobbling|swaying|dances|dancing|wiggles|wiggling|dance|wobble|swing',
    'shake': 'shakes|trembles|shivers|vibrates|shaking|trembling|shivering|vibrating|shake|tremble',
    'circle': 'circles|moves in a circle|goes in circles|circling|flies in a circle|moving in a circle|orbits|orbiting|flies around',
    'grow': 'grows|gets bigger|expands|growing|getting bigger|expanding|grow|gets larger|becomes bigger',
    'shrink': 'shrinks|gets smaller|shrinking|getting smaller|shrink|becomes smaller',
    'pulse': 'pulses|beats|throbs|pulsing|beating|throbbing|grows and shrinks|pulse|beat',
    'flip': 'flips|flips over|turns over|flipping|flipping over|flip',
    'appear': 'appears|pops up|pops in|appearing|shows up|popping up|appear',
    'vanish': 'disappears|vanishes|disappearing|vanishing|goes away|disappear|vanish'}
PAIR_PHRASES = {        # 1 and 2 stand for the names
    'together': '1 and 2|1 and 2 together|1 next to 2|1 beside 2|1 and 2 stand together|1 and 2 side by side',
    'meet': '1 meets 2|1 and 2 meet|1 and 2 come together|1 meeting 2|1 and 2 meeting',
    'pass': '1 passes 2|1 and 2 pass|1 passes by 2|1 and 2 pass each other|1 passing 2',
    'chase': '1 chases 2|1 follows 2|1 runs after 2|1 chasing 2|1 following 2',
    'bounce': '1 and 2 bounce|1 and 2 jump|1 and 2 bouncing|1 and 2 jumping|1 and 2 bounce up and down|1 and 2 hop',
    'jump over': '1 jumps over 2|1 leaps over 2|1 hops over 2|1 jumping over 2|1 jump over 2'}
ANIMATED = 'animated 1|1 animated|1 moves|1 comes alive|1 animation|1 in motion'
OWN = 'it', 'this', 'picture'
ADVERBS = dict(n=(), s=('slowly', 'gently'), f=('fast', 'quickly', 'rapidly'))
SIZE_WORDS = dict(small=('small', 'little', 'tiny'), normal=(), big=('big', 'large', 'huge'))
PLACES = dict(sky='in the sky|sky background|on sky', sunset='at sunset|sunset background|on sunset',
              night='at night|night background|in the night', ocean='in the ocean|ocean background|under water|in water')
PLAIN = 'on 1', 'on 1', 'on 1 background', '1 background', 'against 1'
GROUND_PHRASES = {g: tuple(PLACES[g].split('|')) if g in PLACES else tuple(p.replace('1', g) for p in PLAIN) for g in GROUNDS}
COLOUR_WORDS = frozenset(COLOURS) | {'cyan', 'brown'}


def words(text):
    letters = ''.join(c if c.isalnum() else ' ' for c in text.lower())
    return [word for word in letters.split() if word not in STOP]


def without_colours(name):
    """The words of a name but its colours, if any others are left."""
    rest = [word for word in words(name) if word not in COLOUR_WORDS]
    return rest or words(name)


class Vocabulary:
    def __init__(self, meta):
        named = meta['things'] + meta['animations']
        texts = [text for thing in named for text in [thing['name'], *thing['aliases']]]
        phrases = [p for listed in (PHRASES, PAIR_PHRASES) for p in listed.values()] + [ANIMATED]
        texts += [p.replace('1', ' ').replace('2', ' ') for listed in phrases for p in listed.split('|')]
        texts += [p for listed in (ADVERBS, SIZE_WORDS, GROUND_PHRASES) for group in listed.values() for p in group]
        texts += [*OWN, *COLOUR_WORDS]
        self.words = sorted({word for text in texts for word in words(text)})
        self.ids = {word: FIRST_WORD + i for i, word in enumerate(self.words)}
        self.size = FIRST_WORD + len(self.words)

    def prefix(self, said, style=None):
        """Words, style name or None -> 16 ids."""
        ids = [self.ids.get(word, UNKNOWN) for word in said[:WORDS]]
        first = NO_STYLE if style is None else FIRST_STYLE + STYLES.index(style)
        return [first] + ids + [PAD] * (WORDS - len(ids)) + [BEGIN]

    def text(self, prefix):
        """The words of a prefix, for looking at."""
        names = ['', '?', '', '-', *STYLES, *self.words]
        return ' '.join(names[i] for i in map(int, prefix) if names[i])


class Captions:
    """Words of clips, drawn by chance (a random.Random)."""

    def __init__(self, meta, chance):
        self.things, self.animations, self.chance = meta['things'], meta['animations'], chance

    def pick(self, listed):
        return self.chance.choice(listed.split('|') if isinstance(listed, str) else listed)

    def name(self, about):
        """The name in 60 % of the cases, else one of the aliases."""
        aliases = about['aliases']
        return about['name'] if not aliases or self.chance.random() < .6 else self.pick(aliases)

    def thing(self, thing, colour='', repainted=False):
        """Words of a thing; a repainted one says its new colour, any other may say its own."""
        name = self.name(self.things[thing])
        if repainted or (colour and self.chance.random() < .15):
            return [colour] + without_colours(name)
        return words(name)

    def with_ground(self, said, ground):
        """ground: its name, or None where the words leave it open."""
        if ground is not None:
            place = words(self.pick(GROUND_PHRASES[ground]))
            said = place + said if self.chance.random() < .08 else said + place
        if self.chance.random() < .04:      # a word that nobody knows changes nothing
            said = list(said)
            said.insert(self.chance.randint(0, len(said)), '?')
        return said

    def single(self, name, motion, speed, size, ground):
        """name: words of the thing."""
        phrase = words(self.pick(PHRASES[motion]))
        adverb = [self.pick(ADVERBS[speed])] if ADVERBS[speed] else []
        size = [self.pick(SIZE_WORDS[size])] if SIZE_WORDS[size] else []
        does = adverb + phrase if self.chance.random() < .25 else phrase + adverb
        return self.with_ground(size + name + does, ground)

    def filled(self, phrase, *names):
        places = {str(i): name for i, name in enumerate(names, 1)}
        return [word for part in words(phrase) for word in places.get(part, [part])]

    def pair(self, first, second, motion, speed, ground):
        adverb = [self.pick(ADVERBS[speed])] if ADVERBS[speed] else []
        return self.with_ground(self.filled(self.pick(PAIR_PHRASES[motion]), first, second) + adverb, ground)

    def animated(self, animation, styled, ground):
        """With the style the plain name may do."""
        name = words(self.name(self.animations[animation]))
        said = name if styled and self.chance.random() < .5 else self.filled(self.pick(ANIMATED), name)
        return self.with_ground(said, ground)


def for_product(vocabulary, meta):
    """What the product must know of words (a part of config.json)."""
    listed = lambda phrases: {k: v.split('|') for k, v in phrases.items()}
    return dict(vocabulary=vocabulary.ids, styles={name: FIRST_STYLE + i for i, name in enumerate(STYLES)},
                specials=dict(PAD=PAD, UNK=UNKNOWN, BOS=BEGIN, NOSTYLE=NO_STYLE), stop_words=STOP, verbs=listed(PHRASES),
                pair_verbs=listed(PAIR_PHRASES), animated=ANIMATED.split('|'), own=OWN, adverbs=ADVERBS,
                size_words=SIZE_WORDS, ground_phrases=GROUND_PHRASES, colours=COLOURS,
                things=[{k: t[k] for k in ('name', 'aliases', 'category')} for t in meta['things']],
                animations=[{k: a[k] for k in ('name', 'aliases', 'category')} for a in meta['animations']])


if __name__ == '__main__':
    import random
    from sprites import read_meta
    data = read_meta()
    book, vocabulary = Captions(data, random.Random(1)), Vocabulary(data)
    print(vocabulary.size, 'text ids;', json.dumps(vocabulary.words[:20]))
    for motion in PHRASES:
        print(' '.join(book.single(book.thing(0, 'blue', True), motion, 'f', 'small', 'blue')))
    for motion in PAIR_PHRASES:
        print(' '.join(book.pair(book.thing(1), book.thing(2), motion, 'n', None)))
    print(book.animated(0, True, 'night'), vocabulary.prefix(book.animated(0, False, None), 'animated'))

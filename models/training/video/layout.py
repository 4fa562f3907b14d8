"""A clip as a row of tokens: 16 prefix ids, the plan (a ground, 16 phases), then 16 frames of 13 x 13 codes.

Lengths are pixels of the visible scale, on which a token is 8 x 8, the visible part of a frame 96 x 96 and its whole
canvas 104 x 104. Visible pixel (y, x) of a frame with phase (py, px) is canvas pixel (y + 8 - py, x + 8 - px).
"""
import shared  # noqa: F401

FRAMES, FPS, SIDE, PATCH = 16, 12, 13, 8
AREA = SIDE * SIDE
VISIBLE, CANVAS = 96, SIDE * PATCH
PREFIX, PLAN = 16, 1 + FRAMES
FIRST = PREFIX + PLAN                   # position of the first code
LENGTH = FIRST + FRAMES * AREA          # 2737
LEVELS = (8, 8, 8, 8)
CODES = 4096
FIRST_GROUND = CODES
GROUNDS = {                             # RGB, or two of them from top to bottom
    'white': (255, 255, 255), 'black': (16, 16, 18), 'gray': (150, 154, 160), 'red': (226, 60, 60),
    'orange': (247, 148, 50), 'yellow': (252, 214, 72), 'green': (92, 184, 92), 'blue': (66, 125, 232),
    'purple': (142, 84, 200), 'pink': (246, 160, 196), 'brown': (146, 98, 62), 'cyan': (80, 208, 222),
    'sky': ((96, 170, 248), (214, 238, 255)), 'sunset': ((88, 60, 140), (255, 158, 90)),
    'night': ((10, 14, 44), (52, 58, 112)), 'ocean': ((58, 168, 220), (8, 46, 110))}
FIRST_PHASE = FIRST_GROUND + len(GROUNDS)
VOCABULARY = FIRST_PHASE + PATCH * PATCH    # 4176
LAG = AREA - 1                          # a row's second input lies this far back: the place to be predicted, a frame ago
NONE = VOCABULARY                       # the second input where there is no such code
PAD, UNKNOWN, BEGIN, NO_STYLE = range(4)    # text ids
STYLES = 'twemoji', 'noto', 'fluent-emoji-flat', 'fluent-emoji', 'animated'
FIRST_STYLE = 4
FIRST_WORD = FIRST_STYLE + len(STYLES)
WORDS = PREFIX - 2

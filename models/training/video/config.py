"""config.json: everything the exporter and the product need to know beside the weights."""
from layout import (CANVAS, CODES, FIRST, FIRST_GROUND, FIRST_PHASE, FPS, FRAMES, GROUNDS, LAG, LENGTH, LEVELS, NONE, PATCH, PREFIX,
                    SIDE, VISIBLE, VOCABULARY)
from captions import Vocabulary, for_product
from heldout import held_motions, held_things
from model import SIZE
from motions import CENTRE, MOTIONS, SIZES, TABLES
from tokenizer_model import DECODER
from tokens import FAINT


def config(meta, empty):
    vocabulary = Vocabulary(meta)
    things = meta['things']
    return dict(
        V=VOCABULARY, d=SIZE['d'], layers=SIZE['layers'], heads=SIZE['heads'], kv_heads=SIZE['kv'], head_size=SIZE['size'],
        ff=SIZE['ff'], prefix=PREFIX, positions=LENGTH, first_code=FIRST, lag=LAG, none=NONE, rope_base=100, rope_pairs=[12, 10, 10],
        text_ids=vocabulary.size, codes=CODES, first_ground=FIRST_GROUND, first_phase=FIRST_PHASE, phase_step=PATCH, empty=empty,
        fsq_levels=LEVELS, decoder_channels=DECODER, faint_alpha=round(FAINT * 255), frames=FRAMES, fps=FPS, tokens=[SIDE, SIDE],
        patch=PATCH, canvas=CANVAS, visible=VISIBLE, centre=CENTRE, sizes=SIZES, grounds=GROUNDS, motions=MOTIONS,
        kinds=TABLES.kinds, pair_kinds=TABLES.pairs, poses=TABLES.poses,
        held_out_things=held_things(things), held_out_motions=[MOTIONS[m] for m in held_motions(things)],
        **for_product(vocabulary, meta))

"""The networks that can be aligned, how they are made, and what becomes of them in a model's folder."""
import dataclasses
from typing import Callable

from . import shared  # noqa: F401
import export_block
import export_head
import export_low_rank
import export_parallel
import export_student
from drafting_nets import BlockDrafter, FeatureHead, LowRankHeads, ParallelHeads, Student
from matrices import HEAD_SIZE


@dataclasses.dataclass
class Drafter:
    section: str        # of model.json
    net: Callable       # (target, words, options) -> network
    export: Callable    # see export_head.add_net
    reads: bool         # whether it reads features or states of the target
    writes: bool = False    # whether it can go on with a text by itself
    all_words: bool = False  # whether it says every token of the target


def block(a):
    """Sizes of a transformer block, its feed-forward part 8/3 times as wide."""
    heads = a.width // HEAD_SIZE
    return dict(d=a.width, rank=a.rank, ff=-(-a.width * 8 // 192) * 64, heads=heads, kv=next(n for n in (2, 3, 1) if heads % n == 0))


STUDENT = Drafter("draft", lambda target, words, a: Student(target, words, **block(a), layers=a.layers), export_student.make,
                  reads=False, writes=True)
EAGLE = Drafter("eagle", lambda target, words, a: FeatureHead(target, words, **block(a), taps=target.taps), export_head.make,
                reads=True)
MEDUSA = Drafter("medusa", lambda target, words, a: ParallelHeads(target, words, a.width, a.rank, block(a)["ff"], taps=target.taps),
                 export_parallel.make, reads=True)
BLOCK = Drafter("block", lambda target, words, a: BlockDrafter(target, words, **block(a), taps=target.taps), export_block.make,
                reads=True)
LOW_RANK = Drafter("heads", lambda target, words, a: LowRankHeads(target.d, target.vocabulary, rank=a.rank), export_low_rank.make,
                   reads=True, all_words=True)
# By the names that can be asked for, and by kind of model: what the library reads in its model.json.
DRAFTERS = {
    "text": {"student": STUDENT, "heads": MEDUSA, "eagle": EAGLE, "block": BLOCK},
    "speech": {"student": STUDENT},
    "image": {"heads": LOW_RANK},
}
NAMES = "student", "heads", "eagle", "block"


def drafter_for(target, name):
    kind = target.model["kind"]
    known = DRAFTERS.get(kind)
    if not known:
        raise SystemExit(f"the library reads no drafter that models of kind {kind} could come with: nothing to align")
    if name not in known:
        raise SystemExit(f"models of kind {kind} have no {name}: choose {' or '.join(known)} (--drafter)")
    if known[name].reads and not target.d:
        raise SystemExit(f"{name} reads what this target does not give: features, or the tap hidden (target in model.json)")
    return known[name]

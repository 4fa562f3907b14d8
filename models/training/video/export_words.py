"""words.json: what the product knows of words, and where things lie in store.bin (see store.py)."""
import json
import os
import shutil

import shared  # noqa: F401
from export_model import read_json
from layout import FRAMES
from motions import SIZES, TABLES


def alone(phrases):
    """Phrases about two things without the places of their names."""
    without = (" ".join(word for word in phrase.split() if word not in ("1", "2")) for phrase in phrases)
    return sorted({phrase for phrase in without if phrase})


def motions(config):
    """Motion -> phrases. Those of two things come last: "cat and dog jump" is a jump."""
    found = {motion: [p for p in phrases if p] for motion, phrases in config["verbs"].items()}
    for motion, phrases in config["pair_verbs"].items():
        if motion not in found:
            found[motion] = alone(phrases)
    return found


def plans():
    """"motion speed size" -> the phases of the frames, counted from 0."""
    singles = {" ".join(kind): phases[:FRAMES].tolist() for kind, phases in zip(TABLES.kinds, TABLES.phase)}
    pairs = {" ".join((*kind, size)): phases.tolist() for kind, phases in zip(TABLES.pairs, TABLES.pair_phase)
             for size in ("small", "normal")}
    return pairs | singles


def poses():
    """"motion speed size" -> the poses of the frames, as the store counts them from 1 (0: nothing there)."""
    singles = {" ".join(kind): pose[:FRAMES].tolist() for kind, pose in zip(TABLES.kinds, TABLES.pose)}
    pairs = {" ".join((*kind, size)): [TABLES.base(SIZES["small"])] * FRAMES for kind in TABLES.pairs
             for size in ("small", "normal")}
    return pairs | singles


def export_store(folder, out):
    """Copies store.bin -> where its entries lie, or None."""
    if not os.path.exists(os.path.join(folder, "store.bin")):
        return None
    shutil.copyfile(os.path.join(folder, "store.bin"), os.path.join(out, "store.bin"))
    return read_json(folder, "store.json")


def export_words(config, store, out):
    grounds = {phrase: ground for ground, phrases in config["ground_phrases"].items() for phrase in phrases}
    words = dict(ids=config["vocabulary"], styles=config["styles"], stopWords=config["stop_words"],
                 motions=motions(config), adverbs=config["adverbs"], sizes=config["size_words"], grounds=grounds,
                 colours=config["colours"], things=config["things"], plans=plans(), poses=poses(),
                 animations=[a["name"] for a in config["animations"]])
    if store:
        words["store"] = store
    with open(os.path.join(out, "words.json"), "w", encoding="utf8") as f:
        json.dump(words, f, ensure_ascii=False, separators=(",", ":"))
    return len(words["ids"])

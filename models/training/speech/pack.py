"""$WORK/phonemes.jsonl + the voice's json -> $WORK/corpus.npz.

    python3 pack.py VOICE_JSON

corpus.npz: table (characters by own id), piper (own id -> piper id), sym (uint8, all sentences
without ^ and $), n (lengths), id (sentence ids), split (0 train, 1 held, 2 test).
"""
import collections
import json
import os
import sys

import numpy as np

SPLITS = {"train": 0, "held": 1, "test": 2}
FEWEST, MOST, LARGEST_TABLE = 6, 190, 64


def main(voice_json):
    work = os.environ.get("WORK", "./work/speech")
    with open(voice_json, encoding="utf8") as f:
        known = json.load(f)["phoneme_id_map"]
    with open(os.path.join(work, "phonemes.jsonl"), encoding="utf8") as f:
        rows = [json.loads(line) for line in f if line.strip()]
    unknown, kept, left_out = collections.Counter(), [], collections.Counter()
    for r in rows:
        text = [c for c in r["ipa"] if c in known and c not in "_^$"]
        unknown.update(c for c in r["ipa"] if c not in known)
        if FEWEST <= len(text) <= MOST:
            kept.append((r, text))
        else:
            left_out[r["split"]] += 1
    used = collections.Counter(c for _, text in kept for c in text)
    table = ["_", "^", "$"] + sorted(used)
    assert len(table) <= LARGEST_TABLE, (len(table), used)
    own = {c: i for i, c in enumerate(table) if i >= 3}
    piper = np.array([0, 1, 2] + [known[c][0] for c in table[3:]], np.int32)
    assert [known[c][0] for c in "_^$"] == [0, 1, 2]
    np.savez_compressed(
        os.path.join(work, "corpus.npz"), table=np.array(table), piper=piper,
        sym=np.array([own[c] for _, text in kept for c in text], np.uint8),
        n=np.array([len(text) for _, text in kept], np.int32),
        id=np.array([r["id"] for r, _ in kept], np.int32),
        split=np.array([SPLITS[r["split"]] for r, _ in kept], np.int8))
    print("sentences", len(kept), "symbols a sentence", sum(used.values()) / max(1, len(kept)),
          "table", len(table), "left out", dict(left_out), "unknown", dict(unknown))
    print(dict(used.most_common()))


if __name__ == "__main__":
    main(sys.argv[1])

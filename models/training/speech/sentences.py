"""Sentences to speak: books, the transcripts of a recorded corpus, templates -> $WORK/sentences.tsv.

    python3 sentences.py BOOKS_FOLDER TRANSCRIPTS_TSV

A line is split<TAB>source<TAB>text; its number is the sentence's id. Duplicates (ignoring case
and punctuation) are dropped first, then whole sentences are set aside: held (validation) and
test, 120 of the books, 40 transcripts and 40 templates each.
"""
import collections
import glob
import os
import random
import re
import sys

from templates import Templates

BLOCKED = set("""fuck shit sex sexual cunt bitch rape raped nigger niggers nigga negro negroes nude
    porn penis vagina ass whore slut dick naked breasts fucking sexy jew jews gipsy gipsies gypsy
    savage savages suicide heathen darky darkies squaw harlot chink coon""".split())
ABBREVIATION = re.compile(r"\b(Mr|Mrs|Dr|St|Ms|Co|Esq|Rev|No|Hon|Col|Capt|Prof)\.")
INNER_STOP = re.compile(r"(?<!Mr)(?<!Mrs)(?<!Dr)(?<!St)(?<!Ms)[.?!] ")
PLAIN = re.compile(r"^[A-Za-z ,.?!;:'\-]+$")
REPLACED = {"\u2019": "'", "\u2018": "'", "\u2014": ", ", "\u2013": "-", "\u2060": "", "\u200a": "",
            "\xa0": " ", "\u2026": "...", "\ufeff": ""}
BOOKS, TEMPLATES, FEWEST, MOST, LONGEST = 58000, 12000, 2, 28, 165
ASIDE = {"book": 120, "transcript": 40, "template": 40}


def clean(s):
    """Plain quotes and dashes, no brackets, no doubled punctuation."""
    for a, b in REPLACED.items():
        s = s.replace(a, b)
    s = re.sub(r'[“”"_\[\]*()]', "", s)
    s = re.sub(r"\.\.\.+", ".", s)
    s = re.sub(r"\s+", " ", s).strip(" '-,;:")
    s = re.sub(r"\s*,\s*([,.?!;:])", r"\1", s)
    s = re.sub(r",\s*,", ",", s)
    s = re.sub(r"\s+([,.?!;:])", r"\1", s)
    return re.sub(r"([?!,;:])[?!,;:.]+", r"\1", s)


def usable(s):
    """A sentence as it may be spoken, or None."""
    words = s.split()
    if not FEWEST <= len(words) <= MOST or len(s) > LONGEST or not PLAIN.match(s):
        return None
    if any(sum(c.isupper() for c in w) >= 2 or len(w) > 17 for w in words):
        return None
    if any(w.lower().strip(".,?!;:'") in BLOCKED for w in re.split(r"[ \-]", s)):
        return None
    if INNER_STOP.search(s):
        return None
    s = s[0].upper() + s[1:]
    return s if s[-1] in ".?!" else s.rstrip(",;:- '") + "."


def pieces(line):
    """A paragraph -> its sentences; speech in quotes counts as sentences of its own."""
    line = ABBREVIATION.sub(lambda m: m.group(1) + "\x01", line)
    for part in re.split(r"[“”]", line):
        for s in re.split(r"(?<=[.?!])[’'\"]*\s+(?=[“‘\"'A-Z])", part):
            s = clean(s.replace("\x01", "."))
            if len(s.split()) <= MOST and len(s) <= LONGEST:
                yield s
            else:  # long ones by their semicolons, colons left alone
                yield from (clean(x) for x in s.split(";"))


def books(folder):
    for path in sorted(glob.glob(os.path.join(folder, "*.txt"))):
        with open(path, encoding="utf8") as f:
            for line in f:
                if len(line.strip()) >= 6:
                    yield from filter(None, map(usable, pieces(line.strip())))


def transcripts(path):
    with open(path, encoding="utf8") as f:
        for line in f:
            s = usable(clean(line.rstrip("\n").split("\t")[-1]))
            if s:
                yield s


def templates(seed):
    source = Templates(seed)
    while True:
        s = usable(source.draw())
        if s:
            yield s


def unique(source, seen, most):
    """Up to `most` sentences whose words are not in `seen` yet."""
    out = []
    for s in source:
        key = re.sub(r"[^a-z ]+", "", s.lower().replace("-", " "))
        if key not in seen:
            seen.add(key)
            out.append(s)
            if len(out) == most:
                break
    return out


def main(folder, tsv):
    chance, seen = random.Random(7), set()
    pool = {"transcript": unique(transcripts(tsv), seen, 10 ** 9),
            "template": unique(templates(11), seen, TEMPLATES),
            "book": unique(books(folder), seen, 10 ** 9)}
    for kind in pool.values():
        chance.shuffle(kind)
    pool["book"] = pool["book"][:BOOKS]
    rows = []
    for kind, all_of_it in pool.items():
        n = ASIDE[kind]
        for i, s in enumerate(all_of_it):
            rows.append(("held" if i < n else "test" if i < 2 * n else "train", kind, s))
    chance.shuffle(rows)
    work = os.environ.get("WORK", "./work/speech")
    os.makedirs(work, exist_ok=True)
    with open(os.path.join(work, "sentences.tsv"), "w", encoding="utf8") as f:
        f.writelines("\t".join(r) + "\n" for r in rows)
    print(len(rows), dict(collections.Counter(r[:2] for r in rows)),
          "words", sum(len(r[2].split()) for r in rows) / len(rows))


if __name__ == "__main__":
    main(*sys.argv[1:3])

"""Word error rate of spoken test sentences, as Whisper hears them (int8, beam 5).

    python3 hear.py WHISPER FOLDER...       (needs faster-whisper, jiwer; folders of say_test.mjs or teacher_test.py)

Numbers are compared as words, hyphens as spaces, "and" not at all (people and Whisper put it into numbers at will).
Prints a line a folder and writes what was heard to FOLDER/heard.json.
"""
import json
import re
import sys

import jiwer
from faster_whisper import WhisperModel

ONES = ("zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
        "seventeen eighteen nineteen").split()
TENS = "- - twenty thirty forty fifty sixty seventy eighty ninety".split()
ORDINALS = dict(one="first", two="second", three="third", five="fifth", eight="eighth", nine="ninth", twelve="twelfth")
SHORT = dict(mr="mister", mrs="missus", dr="doctor", st="saint", ok="okay")


def number(n):
    if n < 20:
        return ONES[n]
    if n < 100:
        return TENS[n // 10] + (" " + ONES[n % 10] if n % 10 else "")
    if n < 1000:
        return ONES[n // 100] + " hundred" + (" " + number(n % 100) if n % 100 else "")
    if n < 10 ** 6:
        return number(n // 1000) + " thousand" + (" " + number(n % 1000) if n % 1000 else "")
    return " ".join(ONES[int(c)] for c in str(n))


def ordinal(n):
    *rest, last = number(n).split()
    last = ORDINALS.get(last, last[:-1] + "ieth" if last.endswith("y") else last + "th")
    return " ".join([*rest, last])


def normal(text):
    s = text.lower().replace("-", " ").replace("\u2019", "'")
    s = re.sub(r"\$(\d+)\.(\d\d)", r"\1 dollars \2 cents", s)
    s = re.sub(r"\$(\d+)", r"\1 dollars", s)
    s = re.sub(r"(\d+)%", r"\1 percent", s)
    s = re.sub(r"(?<=\d),(?=\d)", "", s)
    s = re.sub(r"(\d+):(\d\d)", r"\1 \2", s)
    s = re.sub(r"(\d+)(?:st|nd|rd|th)\b", lambda m: ordinal(int(m[1])), s)
    s = re.sub(r"\d+", lambda m: f" {number(int(m[0]))} ", s)
    words = re.sub(r"[^a-z' ]+", " ", s).split()
    return " ".join(SHORT.get(w, w) for w in words if w != "and")


def main(whisper, folders):
    model = WhisperModel(whisper, device="cpu", compute_type="int8", cpu_threads=2)
    for folder in folders:
        with open(f"{folder}/texts.json") as f:
            said = [normal(t) for t in json.load(f)]
        heard = []
        for i in range(len(said)):
            parts, _ = model.transcribe(f"{folder}/{i:03d}.wav", language="en", beam_size=5)
            heard.append(normal(" ".join(p.text for p in parts)))
        with open(f"{folder}/heard.json", "w") as f:
            json.dump(list(zip(said, heard)), f, indent=0)
        print(f"{folder}: word error rate {jiwer.wer(said, heard):.4f} over {len(said)} sentences, "
              f"{sum(len(s.split()) for s in said)} words", flush=True)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])

"""Texts to measure the model with: excerpts of books, and questions about them with the model's own answers.

Books are split by name: every third one is for calibration, the others are for figures.
"""
import functools
import glob
import os
import random
import re

import numpy as np

import shared  # noqa: F401
from passes import commit, empty_past, feeds

SYSTEM = "You are a helpful AI assistant named SmolLM, trained by Hugging Face"
TASKS = ("Summarize: {}", "What is this passage about?\n\n{}", "Rewrite this passage in simple modern English:\n\n{}",
         "List the key points of this passage:\n{}", "Translate to German: {}", "Continue this story:\n\n{}")
END = 2                 # <|im_end|>


def chat(text):
    return (f"<|im_start|>system\n{SYSTEM}<|im_end|>\n<|im_start|>user\n{text}<|im_end|>\n"
            "<|im_start|>assistant\n")


def books(folder, calibrates):
    names = sorted(glob.glob(os.path.join(folder, "*.txt")))
    assert names, f"{folder} holds no .txt"
    return [name for i, name in enumerate(names) if (i % 3 == 0) == calibrates]


@functools.cache
def unwrapped(path):
    """A book's text, lines of a paragraph joined."""
    with open(path, encoding="utf8") as f:
        return re.sub(r"[ \t]*\n[ \t]*(?=\S)", " ", f.read().replace("\r", ""))


def excerpt(path, characters, rng):
    """So many characters from the beginning of a sentence on."""
    text = unwrapped(path)
    at = text.find(". ", rng.randrange(2000, len(text) - 9000)) + 2
    return text[at:at + characters]


def answer(run, parts, ids, most, temperature=.7, seed=0):
    """The model's own continuation of ids, up to the end of its turn."""
    rng, past, out = np.random.default_rng(seed), empty_past(parts, len(ids) + most), []
    new, start = list(ids), 0
    while len(out) < most:
        logits, kv = run.run(["logits", "new_kv"], feeds(parts, new, start, past, rows=[len(new) - 1]))
        commit(parts, past, kv, start)
        start += len(new)
        token = int((logits[-1] / temperature + rng.gumbel(size=logits.shape[1])).argmax())
        if token == END:
            break
        out.append(token)
        new = [token]
    return out


def measured_texts(run, parts, tokenizer, folder, calibrates, size=160, answers=64):
    """-> [(tokens, first place whose successor counts)]: an excerpt of each book, and an answer about another one."""
    rng, found = random.Random(1), []
    encode = lambda text: tokenizer.encode(text).ids
    for i, book in enumerate(books(folder, calibrates)):
        found.append((encode(excerpt(book, 8 * size, rng))[:size], 0))
        ids = encode(chat(TASKS[i % len(TASKS)].format(excerpt(book, 600, rng))))
        found.append((ids + answer(run, parts, ids, answers, seed=i), len(ids) - 1))
    return found

"""Prompts, and the sequences that networks learn from and are measured on."""
import hashlib
import json
import os

import numpy as np
import torch

from . import shared  # noqa: F401
from .target import until_end
from drafting import MOST, every_anchor, some_anchors
from drafting_nets import Lesson, picked
from habits import DEVICE, load_npz, say

KEPT = 64               # of the target's chances behind a token, the greatest
BEHIND = MOST + 2       # room behind a sequence, for guesses


def read_prompts(path, least):
    """Lists of tokens, one a line, each once."""
    prompts = {}
    with open(path, encoding="utf8") as f:
        for number, line in enumerate(f, 1):
            try:
                prompt = json.loads(line)
                assert isinstance(prompt, list) and all(type(token) is int and token >= 0 for token in prompt)
            except (ValueError, AssertionError):
                raise SystemExit(f"{path}, line {number}: not a list of tokens such as [1, 520, 2]; align/prompts.mjs writes them")
            if len(prompt) < least:
                raise SystemExit(f"{path}, line {number}: {len(prompt)} tokens; a prompt needs at least {least}")
            prompts[tuple(prompt)] = prompt
    return list(prompts.values())


def split(prompts, held, seed):
    """-> prompts to learn from, and those held out."""
    if not 0 < held < len(prompts):
        raise SystemExit(f"{held} of {len(prompts)} different prompts cannot be held out: give more prompts, or another --held")
    order = np.random.default_rng(seed).permutation(len(prompts))
    return [prompts[i] for i in order[held:]], [prompts[i] for i in order[:held]]


def written(target, prompts, temperatures, most, seed):
    """The target's answers to each prompt at each temperature -> [(tokens, where the answer begins, temperature)]."""
    rng, found = np.random.default_rng(seed), []
    for i, prompt in enumerate(prompts, 1):
        for heat, said in zip(temperatures, target.answers(prompt, temperatures, most, rng)):
            found.append((prompt + said, len(prompt), heat))
        if i % 10 == 0 or i == len(prompts):
            say("answers to", i, "of", len(prompts), "prompts")
    return found


def judged(target, sequences, reads):
    """Sequences as arrays, padded, with the target's greatest chances behind each token; reads: whether with its features, too."""
    length, kept = max(len(ids) for ids, *_ in sequences) + BEHIND, min(KEPT, target.vocabulary)
    new = lambda dtype, *more: np.zeros((len(sequences), length, *more), dtype)
    found = dict(ids=new(np.int64), said=new(bool), best=new(np.int32, kept), chances=new(np.float16, kept),
                 length=np.array([len(ids) for ids, *_ in sequences]))
    if reads:
        found["seen"] = new(np.float16, target.taps * target.d)
    for row, (ids, start, _) in enumerate(sequences):
        logits, seen = target.judge(ids, start - 1)
        found["ids"][row, :len(ids)] = ids
        found["said"][row, first_guessed(target, start, reads):len(ids)] = True
        p = np.exp(logits - logits.max(-1, keepdims=True))
        best = np.argpartition(-p, kept - 1, -1)[:, :kept]
        found["best"][row, start - 1:len(ids)] = best
        found["chances"][row, start - 1:len(ids)] = np.take_along_axis(p / p.sum(-1, keepdims=True), best, -1)
        if reads:
            found["seen"][row, :len(ids)] = seen
    return found


def first_guessed(target, start, reads):
    """The first token of an answer that can be guessed: states are known from the prompt's last token on only."""
    return start + (reads and not target.features)


def kept_or_made(path, key, make):
    """Arrays of a file that was made for the same `key`, otherwise made anew, and kept there."""
    key = hashlib.sha256(json.dumps(key).encode()).hexdigest()
    if path and os.path.exists(path):
        found = load_npz(path)
        if str(found.pop("key")) != key:
            raise SystemExit(f"{path} holds answers of another target, to other prompts or of other lengths: "
                             "remove it, or name another file (--data)")
        say("answers come from", path)
        return found
    found = make()
    if path:
        np.savez(path, key=key, **found)
    return found


class Answers:
    """Sequences that the target has judged (see judged()), to learn from."""

    def __init__(self, target, arrays, words, anchors):
        self.arrays = {name: torch.from_numpy(array) for name, array in arrays.items()}
        self.target, self.words, self.anchors = target, words, anchors
        self.place = torch.full((target.vocabulary,), len(words), device=DEVICE)
        said = words[words < target.vocabulary]
        self.place[said] = torch.arange(len(said), device=DEVICE)

    def __len__(self):
        return len(self.arrays["ids"])

    def lesson(self, chosen):
        length = int(self.arrays["length"][chosen].max()) + BEHIND
        part = {name: array[chosen, :length].to(DEVICE) for name, array in self.arrays.items() if name != "length"}
        taps = part["seen"].float().chunk(self.target.taps, -1) if "seen" in part else []

        def chances(places):
            where = self.place[picked(part["best"], places).long()]
            found = torch.zeros(*places.shape, len(self.words) + 1, device=DEVICE)
            found.scatter_add_(-1, where, picked(part["chances"], places).float())
            return found[..., :-1] / found[..., :-1].sum(-1, keepdim=True).clamp_min(1e-9)
        return Lesson(part["ids"], taps, some_anchors(part["said"], self.anchors), part["said"], chances=chances)


class Exam:
    """Held-out sequences (see written()): the target judges each when it is asked for, all of its chances."""

    def __init__(self, target, sequences, reads):
        self.target, self.sequences, self.reads = target, sequences, reads

    def lessons(self, temperature):
        target, reads = self.target, self.reads
        for ids, start, heat in self.sequences:
            if heat != temperature:
                continue
            logits, seen = target.judge(ids + [0] * BEHIND, start - 1)
            logits, seen = torch.from_numpy(logits).to(DEVICE), torch.from_numpy(seen).to(DEVICE)
            said = torch.zeros(1, len(ids) + BEHIND, dtype=torch.bool, device=DEVICE)
            first = first_guessed(target, start, reads)
            said[:, first:len(ids)] = True
            anchors, where = every_anchor(said, torch.tensor([first], device=DEVICE), len(ids))
            yield Lesson(torch.tensor([ids + [0] * BEHIND], device=DEVICE), seen[None].chunk(target.taps, -1), anchors, said,
                         logits=lambda places: logits[(places - (start - 1)).clamp(0)]), where


def own(target, student, sequences, count, most):
    """What a student writes itself behind the prompts of some of the sequences."""
    some = [sequences[i] for i in torch.randperm(len(sequences))[:count].tolist()]
    starts = torch.tensor([start for _, start, _ in some])
    ids = torch.zeros(len(some), min(target.length, int(starts.max()) + most), dtype=torch.long)
    for row, (tokens, start, _) in enumerate(some):
        ids[row, :start] = torch.tensor(tokens[:start])
    ids = student.write(target, ids.to(DEVICE), starts.to(DEVICE)).cpu().numpy()
    return [(row[:start].tolist() + until_end(row[start:start + most], target.ends).tolist(), start, 1.)
            for row, start in zip(ids, starts.tolist())]

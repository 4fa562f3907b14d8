"""What the student draws and how many tokens a pass every drafter makes of it.

    python3 measure.py

Needs the student of distil.py and the heads of heads.py. Writes samples.npz (tokens) and log.json (all
figures, those of the earlier stages too) to $OUT. All sampling shares noise: a draft stands when the
student, with the noise of its place, draws the same.
"""
import json
import os
import time

import numpy as np
import torch

import shared  # noqa: F401
from captions_data import CLEAN, MOOD, RECOL, TOKENS, Captions
from codes import Codes, config
from distil import STUDENT
from habits import DEADLINE, DEVICE, OUT, TOY, WORK, autocast, save_json, say, settle
from heads import load_heads, load_student
from jacobi import draws, simulate
from sampling import generate, gumbel
from scores import held_out

TEMPERATURES = 1., .7, 0.
PROMPTS = 4 if TOY else 64                      # held-out A, for figures
WINDOWS = (8,) if TOY else (8, 12, 16, 24, 32)
DRAFTS = 4, 8, 12                               # of an unrolled head
FREE_STYLES = 'twemoji', 'fluent-emoji', 'noto', 'fluent-emoji-flat'
FREE = {
    CLEAN: ['pizza', 'rocket', 'birthday cake', 'puppy', 'snowman with hat', 'house', 'sun', 'ghost', 'dragon', 'coffee cup',
            'guitar', 'tree in snow', 'smiling cat', 'robot'],
    RECOL: ['blue apple', 'red car', 'black cat', 'purple dog', 'yellow house', 'green heart', 'pink elephant', 'blue pizza',
            'smiling orange cat', 'purple octopus', 'green rocket', 'sad blue robot', 'white rose'],
    MOOD: ['sad robot', 'happy sun', 'angry apple', 'crying pumpkin', 'laughing robot', 'sleepy moon', 'surprised cat',
           'cool dog', 'winking star', 'silly banana', 'angry cloud', 'sad heart', 'happy pizza']}


def free_prompts(captions):
    """-> prefixes, descriptions of all free prompts in four styles."""
    known = captions.info['styles']
    listed = [(text, style if style in known else known[0], kind)
              for style in FREE_STYLES for kind, texts in FREE.items() for text in texts]
    return torch.tensor([captions.prompt(*p) for p in listed], device=DEVICE), listed


def blank(tokens, white):
    return int(((tokens != white).sum(1) < 6).sum())


def run_lengths(equal):
    """equal [B, 256] bool -> how many in a row are true from each position on."""
    lengths = torch.zeros(len(equal), TOKENS + 1, dtype=torch.long, device=equal.device)
    for i in range(TOKENS - 1, -1, -1):
        lengths[:, i] = torch.where(equal[:, i], lengths[:, i + 1] + 1, 0)
    return lengths[:, :TOKENS]


def tokens_a_pass(standing, drafts):
    """standing[:, n]: drafts that stand if they begin at position n. The prefix gives token 0, a pass its own
    token behind the drafts -> mean tokens a pass."""
    standing = standing.clamp(max=drafts)
    place, passes = torch.ones(len(standing), dtype=torch.long, device=standing.device), 1
    total = torch.ones(len(standing), device=standing.device)
    while bool((place < TOKENS).any()):
        active = place < TOKENS
        total += active
        more = standing.gather(1, place.clamp(max=TOKENS - 1)[:, None])[:, 0]
        place = torch.where(active, place + more + 1, place)
    return round(float((TOKENS / total).mean()), 3)


class Measure:
    def __init__(self):
        self.captions = Captions()
        self.codes = Codes(self.captions)
        self.white = self.codes.white
        self.student = load_student(self.captions, self.codes)
        self.heads = load_heads(self.student)
        save_json(f'{WORK}/config.json', config(self.captions, self.codes.codes, self.white))
        self.log = dict(rounded=self.student.head_limit is not None)
        for stage, path in (('tokenizer', WORK), ('target', WORK), ('distil', STUDENT), ('heads', STUDENT)):
            if os.path.exists(f'{path}/{stage}.json'):
                with open(f'{path}/{stage}.json') as f:
                    self.log[stage] = json.load(f)

    def write(self):
        save_json(f'{OUT}/log.json', self.log)

    def samples(self):
        """Tokens of held-out, free and seen prompts; blank pictures among them."""
        c = self.captions
        free, listed = free_prompts(c)
        seen = c.train[torch.randperm(len(c.train), device=DEVICE)[:8 if TOY else 48]]
        sets = dict(A=c.prefix(c.test_a), M=c.prefix(c.test_m), free=free, seen=c.prefix(seen))
        arrays = dict(A=c.test_a.cpu().numpy(), M=c.test_m.cpu().numpy(), seen=seen.cpu().numpy())
        everything = torch.cat(list(sets.values()))
        self.log.update(free=listed, blank={})
        for temperature in (.7, 0.):
            drawn = generate(self.student, everything, temperature, seed=21).split([len(p) for p in sets.values()])
            for name, tokens in zip(sets, drawn):
                arrays[f'{name}_T{temperature:g}'] = tokens.cpu().numpy().astype(np.int16)
                self.log['blank'][f'{name}_T{temperature:g}'] = f'{blank(tokens, self.white)} of {len(tokens)}'
        self.log['seen_match_T0'] = round(float((drawn[-1] == self.codes.clean[seen]).float().mean()), 3)
        np.savez_compressed(f'{OUT}/samples.npz', **arrays)
        self.log['held_out'] = held_out(self.student, c, self.codes.clean)
        say('samples', self.log['blank'], self.log['held_out'])
        self.write()

    @torch.no_grad()
    def head_figures(self, head, prefix, tokens, temperature, noise):
        """Tokens a pass of a head's drafts, and how often its guess is right by distance."""
        standing, hits = [], []
        for rows in torch.arange(len(prefix), device=DEVICE).split(32):
            right = []
            with autocast():
                hidden = self.student.state(prefix[rows], tokens[rows])
                for k, logits in enumerate(head.unroll(hidden, tokens[rows], max(DRAFTS)), 1):
                    g = 0 if noise is None else noise[rows, k:]
                    right.append(torch.zeros(len(rows), TOKENS, dtype=torch.bool, device=DEVICE))
                    right[-1][:, :-k] = draws(logits[:, :-k].float(), temperature, g) == tokens[rows, k:]
            right = torch.stack(right)
            hits.append(right.float().mean((1, 2)))
            run = right.long().cumprod(0).sum(0)          # drafts behind the token of each state
            standing.append(torch.cat([torch.zeros_like(run[:, :1]), run[:, :-1]], 1))
        standing, steps = torch.cat(standing), len(hits[0])
        figures = {f'K {k}': tokens_a_pass(standing, k) for k in sorted({min(k, steps) for k in DRAFTS})}
        return figures | dict(hit=[round(float(h), 3) for h in torch.stack(hits).mean(0)])

    def drafters(self, temperature):
        """Copies and heads, computed on the student's own pictures."""
        index = self.captions.test_a[:PROMPTS]
        prefix = self.captions.prefix(index)
        noise = gumbel(len(index), self.codes.codes, 7) if temperature else None
        tokens = generate(self.student, prefix, temperature, noise=noise)
        left, above = torch.zeros_like(tokens, dtype=torch.bool), torch.zeros_like(tokens, dtype=torch.bool)
        left[:, 1:], above[:, 16:] = tokens[:, 1:] == tokens[:, :-1], tokens[:, 16:] == tokens[:, :-16]
        figures = {}
        for name, equal in (('copy left', left), ('copy above', above)):
            figures[name] = {f'K {k}': tokens_a_pass(run_lengths(equal), k) for k in DRAFTS}
        for name, head in self.heads.items():
            figures[name] = self.head_figures(head, prefix, tokens, temperature, noise)
        return figures, prefix, noise, tokens

    def run(self):
        self.samples()
        figures = self.log['tokens_a_pass'] = {}
        drawn = {}
        for temperature in TEMPERATURES:
            figures[f'T{temperature:g}'], *drawn[temperature] = self.drafters(temperature)
            say(temperature, figures[f'T{temperature:g}'])
        for newcomers in ('above', 'left'):               # the more important first, as long as there is time
            for window in WINDOWS:
                for temperature in TEMPERATURES:
                    if time.time() > DEADLINE - 15:
                        return self.write()
                    prefix, noise, tokens = drawn[temperature]
                    a_pass, _, same = simulate(self.student, prefix, temperature, noise, window, self.white, newcomers)
                    figures[f'T{temperature:g}'][f'jacobi {window} {newcomers}'] = a_pass
                    agree = round(float((same == tokens).float().mean()), 4)
                    say(f'T{temperature:g} window {window} newcomers {newcomers}:', a_pass, 'same tokens', agree)
            self.write()


if __name__ == '__main__':
    settle(5)
    Measure().run()
    say('measured')

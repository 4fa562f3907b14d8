"""The model's own answers, what drafters of it learn from (sequence-level distillation), and its answers to the bench's prompts.

    WORK=... python3 answers.py --gguf FILE --books BOOKS [--seconds 150]

Half of the time it also makes up what the user says: it is given the beginning of a user's turn and goes on at temperature 1
(Magpie, Xu et al. 2024). The other half it is asked for things about excerpts of books. Answers are sampled at several
temperatures. None of the bench's prompts is among them.

$WORK/answers.npz: tokens uint16 [N, length]; said bool [N, length], the answers' tokens; temperature [N].
$WORK/bench.npz: the same for the first turns of bench/text, to measure with, `category` [N] beside it.
"""
import argparse
import json
import os
import random
import time

import numpy as np
import torch

import shared  # noqa: F401
from gguf_file import Gguf, find_gguf
from habits import DEADLINE, DEVICE, GPU, TOY, WORK, say, settle
from smollm import Graphs, Smollm
from texts import END, SYSTEM, TASKS, chat, excerpt
from tokenizer_json import tokenizer

BENCH = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../../bench/text/spec-bench-half.jsonl")
BATCH, LENGTH, ASKED = (4, 96, 60) if TOY else (2048, 640, 400)
STRIDE = 128            # lengths of past that graphs are made for
TEMPERATURES = (0., 0., .2, .2, .5, .7, .7, 1.)
MEASURED = (0., .2, .7, 1.)
ASKS = (*TASKS, "Summarize the following text:\n\n{}", "{}\n\nSummarize the text above in one paragraph.", "{}",
        "{}\n\nWho are the characters in this passage?", "What is the main idea of the following text?\n\n{}",
        "Write a short review of this text:\n\n{}",
        "Explain the following passage to a child.\n\n{}", "Use the text below to answer: who did what, and why?\n\n{}",
        "Correct the grammar of this text: {}", "Make this more concise: {}",
        "{}\n\nAsk three questions that this text answers, and answer them.")


class Talk:
    """Sequences that grow token by token, turn after turn; user and assistant take turns."""

    def __init__(self, model, encode, batch, length):
        new = lambda *shape, dtype=torch.long, fill=0: torch.full(shape, fill, dtype=dtype, device=DEVICE)
        self.model, self.batch, self.length = model, batch, length
        self.cache = model.cache(batch, length)
        self.token, self.place = new(batch), new(batch)
        self.forced = new(batch, fill=-1)           # how far into the words between two turns; -1: not there
        self.answers = new(batch, dtype=torch.bool)  # whose turn it is
        self.temperature = new(batch, dtype=torch.float)
        self.tokens, self.said = new(batch, length), new(batch, length, dtype=torch.bool)
        between = [encode(f"\n<|im_start|>{who}\n") for who in ("assistant", "user")]
        most = max(len(one) for one in between) + 1
        self.between = torch.tensor([one + [-1] * (most - len(one)) for one in between], device=DEVICE)
        self.special = torch.tensor([i for i in range(17) if i != END], device=DEVICE)
        self.rows = torch.arange(batch, device=DEVICE)
        state = [self.token, self.place, self.forced, self.answers, self.tokens, self.said]
        self.graphs = Graphs(self.advance, state, GPU)

    def advance(self, most):
        logits = self.model.step(self.token, self.place, self.cache, most).float()
        logits.index_fill_(1, self.special, -1e9)
        noise = torch.empty_like(logits).exponential_().log_()
        between = self.between[self.answers.long(), self.forced.clamp(0)]
        forced = (self.forced >= 0) & (between >= 0)
        begins = (self.forced >= 0) & (between < 0)
        # The words behind a user's turn are over: the assistant begins, and the other way round.
        self.answers.copy_(torch.where(begins, ~self.answers, self.answers))
        heat = torch.where(self.answers, self.temperature, 1.)
        drawn = torch.addcmul(logits, noise, heat[:, None], value=-1).argmax(-1)
        token = torch.where(forced, between, drawn)
        ends = ~forced & (token == END)
        self.forced.copy_(torch.where(ends, 0, torch.where(forced, self.forced + 1, -1)))
        self.place.add_(1).clamp_(max=self.length - 1)
        self.token.copy_(token)
        self.tokens[self.rows, self.place] = token
        self.said[self.rows, self.place] = self.answers & ~forced

    def begin(self, prompts, temperatures, answers):
        """prompts: lists of tokens; answers: whether the assistant speaks next. -> where the longest prompt ends"""
        self.tokens.zero_(), self.said.zero_(), self.forced.fill_(-1), self.answers.fill_(answers)
        self.temperature.copy_(torch.tensor(temperatures))
        lengths = torch.tensor([len(one) for one in prompts])
        longest = int(lengths.max())
        ids = torch.zeros(self.batch, longest, dtype=torch.long)
        for row, one in enumerate(prompts):
            ids[row, :len(one)] = torch.tensor(one)
        self.tokens[:, :longest] = ids.to(DEVICE)
        for at in range(0, self.batch, 64):
            keys, values = self.cache
            self.model.read(self.tokens[at:at + 64, :longest], (keys[:, at:at + 64], values[:, at:at + 64]))
        self.place.copy_(lengths - 1)
        self.token.copy_(self.tokens[self.rows, self.place])
        # Padding behind a short prompt is nothing that was said.
        behind = torch.arange(self.length, device=DEVICE)[None] > self.place[:, None]
        self.tokens[behind] = 0
        return longest

    def run(self, longest, steps):
        for i in range(steps):
            self.graphs(min(self.length, -(-(longest + i + 1) // STRIDE) * STRIDE))


def book_prompts(folder, encode, count):
    rng, names = random.Random(0), sorted(os.path.join(folder, name) for name in os.listdir(folder) if name.endswith(".txt"))
    found = []
    while len(found) < count:
        ids = encode(chat(rng.choice(ASKS).format(excerpt(rng.choice(names), rng.choice((150, 300, 600, 1000, 1400)), rng))))
        if len(ids) <= ASKED:
            found.append(ids)
    return found


def train_answers(model, encode, folder, seconds):
    began, kept = time.time(), []
    talk = Talk(model, encode, BATCH, LENGTH)
    opening = encode(f"<|im_start|>system\n{SYSTEM}<|im_end|>\n<|im_start|>user\n")
    asked = book_prompts(folder, encode, BATCH * (2 if TOY else 6))
    temperatures = [TEMPERATURES[i % len(TEMPERATURES)] for i in range(BATCH)]
    batches, took = 0, 0.
    while (time.time() - began + took < seconds or batches < 2) and time.time() + took < DEADLINE:
        since = time.time()
        if batches % 2 == 0:
            talk.run(talk.begin([opening] * BATCH, temperatures, False), LENGTH - len(opening))
        else:
            at = (batches // 2 * BATCH) % len(asked)
            longest = talk.begin(asked[at:at + BATCH], temperatures, True)
            talk.run(longest, LENGTH - longest)
        kept.append((talk.tokens.to(torch.int32).cpu().numpy().astype(np.uint16), talk.said.cpu().numpy(),
                     talk.temperature.cpu().numpy()))
        batches, took = batches + 1, time.time() - since
        say("batch", batches, "answers' tokens", sum(int(said.sum()) for _, said, _ in kept))
    return [np.concatenate(parts) for parts in zip(*kept)]


def bench_answers(model, encode, most=256):
    with open(BENCH, encoding="utf8") as f:
        records = [json.loads(line) for line in f][:2 if TOY else None]
    prompts = [encode(chat(record["turns"][0])) for record in records]
    if TOY:
        prompts, most = [one[:40] for one in prompts], 8
    batch = len(prompts) * len(MEASURED)
    talk = Talk(model, encode, batch, max(len(one) for one in prompts) + most)
    longest = talk.begin(prompts * len(MEASURED), [t for t in MEASURED for _ in prompts], True)
    starts = talk.place.cpu().numpy() + 1
    talk.run(longest, most)
    tokens, said = talk.tokens.cpu().numpy().astype(np.uint16), talk.said.cpu().numpy()
    for row, start in enumerate(starts):        # the first answer only
        end = np.flatnonzero(tokens[row, start:start + most] == END)
        said[row, start + (end[0] + 1 if len(end) else most):] = False
    return dict(tokens=tokens, said=said, start=starts, temperature=np.repeat(MEASURED, len(prompts)),
                category=np.array([record["category"] for record in records] * len(MEASURED)))


@torch.no_grad()
def main():
    args = argparse.ArgumentParser()
    args.add_argument("--books", required=True)
    args.add_argument("--gguf")
    args.add_argument("--seconds", type=float, default=150)
    a = args.parse_args()
    settle(0)
    gguf = Gguf(find_gguf(a.gguf))
    made = tokenizer(gguf)
    encode = lambda text: made.encode(text).ids
    model = Smollm(gguf, DEVICE)
    say("loaded")
    bench = bench_answers(model, encode)
    np.savez(os.path.join(WORK, "bench.npz"), **bench)
    say("bench", bench["tokens"].shape, "answers' tokens", int(bench["said"].sum()))
    tokens, said, temperature = train_answers(model, encode, a.books, a.seconds)
    np.savez(os.path.join(WORK, "answers.npz"), tokens=tokens, said=said, temperature=temperature)
    for row in (0, 4, 6, len(tokens) - 1):
        print(repr(made.decode(tokens[row].tolist(), skip_special_tokens=False)[:600]))
    say("answers", tokens.shape)


if __name__ == "__main__":
    main()

"""Teaches networks of drafting_nets.py what a target would say, all of them on the same batches, and says how many of their guesses
stand.

What they learn from and are measured on are objects with
    len(answers), answers.lesson(chosen [n]) -> Lesson          some of the sequences, at some anchors
    exam.lessons(temperature) -> (Lesson, where [B, n]) ...     all of those at a temperature; which of the anchors count
"""
import dataclasses
import math
import os

import numpy as np
import torch

from drafting_losses import LOSSES
from habits import DEVICE, FUSED, autocast, load_npz, say

MOST = 8                # guesses behind an anchor
RATE = 1.2e-3


@dataclasses.dataclass
class Method:
    """How a network is taught.

    own: share of its steps that are made on sequences which it wrote itself and the target has judged (on-policy: Agarwal et
    al. 2024, Zhou et al. 2024); for students only.
    """
    loss: str = "forward"
    own: float = 0.


def likeliest_words(tokens, said, count):
    """The commonest tokens of the answers, in the order of their numbers."""
    counts = np.bincount(tokens[said], minlength=1)
    found = np.sort(np.argsort(-counts, kind="stable")[:count])
    say("tokens that can be guessed make up", f"{counts[found].sum() / counts.sum():.4f}", "of the answers")
    return torch.from_numpy(found).to(DEVICE)


def some_anchors(said, count):
    """Places two before tokens of the answers, each row its own [B, count], with room for all guesses behind them."""
    last = said.shape[1] - MOST - 1
    chances = said[:, 2:2 + last].float() + 1e-6
    return torch.multinomial(chances, count, replacement=True).sort(1).values


def every_anchor(said, starts, last):
    """All places two before tokens of the answers, which begin at `starts` and end before `last` -> anchors, and which of them count."""
    anchors = (starts[:, None] - 2 + torch.arange(int(said.sum(1).max()) + 1, device=said.device)).clamp(max=last - 2)
    where = said.gather(1, anchors + 2)
    # A sequence that ended earlier would be counted at its last place again.
    where[:, 1:] &= anchors[:, 1:] > anchors[:, :-1]
    return anchors, where


class Order:
    """Batches of sequences, each as often as any other."""

    def __init__(self, answers, batch):
        self.answers, self.batch, self.left = answers, min(batch, len(answers)), []

    def next(self):
        if len(self.left) < self.batch:
            self.left = torch.randperm(len(self.answers))
        chosen, self.left = self.left[:self.batch], self.left[self.batch:]
        return self.answers.lesson(chosen)


def train(target, nets, methods, words, answers, parts, batch, write_own=None, renewals=9, warm=150, rate=RATE):
    """nets: {name: network}; methods: {name: Method}, where it is not the usual one; words [R]: tokens that can be guessed.

    parts: the share of the work that is done, before each step (habits.Budget, ...).
    write_own(student) -> sequences of its own as answers; they are written anew `renewals` times.
    """
    places = torch.full((max(target.vocabulary, int(words.max()) + 1),), -1, device=DEVICE)
    places[words] = torch.arange(len(words), device=DEVICE)
    every = [p for net in nets.values() for p in net.parameters()]
    adam = torch.optim.AdamW(every, lr=rate, betas=(.9, .95), weight_decay=.01, **FUSED)
    course, own, renewed = Order(answers, batch), {}, 0
    for step, part in enumerate(parts):
        for group in adam.param_groups:
            group["lr"] = rate * min(1, (step + 1) / warm) * max(.02, .5 + .5 * math.cos(math.pi * part))
        # What an untaught student writes is worth nothing: the first part is the target's alone.
        if part * (renewals + 1) >= renewed + 1:
            renewed = int(part * (renewals + 1))
            with torch.no_grad(), autocast():
                own = {name: Order(write_own(net), batch) for name, net in nets.items() if methods.get(name, Method()).own}
        lesson, seen, likeliest = course.next(), {}, {}
        for name, net in nets.items():
            method, one = methods.get(name, Method()), lesson
            if name in own and float(torch.rand(())) < method.own:
                one = own[name].next()
            total = 0.
            with autocast():
                for weight, (logits, behind) in zip(net.weights, net.teach(target, one)):
                    true, counts = one.chances(behind), one.said.gather(1, behind + 1).float()
                    loss = LOSSES[method.loss](logits, true, places[one.ids.gather(1, behind + 1)])
                    likeliest.setdefault(name, logits.detach().argmax(-1))
                    if getattr(net, "boosts", None):
                        counts = counts * torch.where(likeliest[net.boosts] == true.argmax(-1), .1, 1.)
                    total = total + weight * (loss * counts).sum() / counts.sum().clamp_min(1)
            total.backward()
            torch.nn.utils.clip_grad_norm_(net.parameters(), 1.)
            seen[name] = total.detach()
        adam.step()
        adam.zero_grad(set_to_none=True)
        if step % 200 == 0:
            say(step, f"{part:.2f}", {name: round(float(loss), 3) for name, loss in seen.items()})
    say("steps", step + 1)


@torch.no_grad()
def measure(target, nets, words, exam, temperatures):
    """-> {name: {temperature: [tokens a pass with 1, 2, ... guesses]}}, every guess of a chain behind right ones.

    At temperature 0 a guess stands where it is the target's token, otherwise by the share of the target's distribution that is the
    network's as well: what speculative sampling accepts on average.
    """
    # Words that only prompts have come behind those that the target says.
    found, said = {name: {} for name in nets}, words[words < target.vocabulary]
    for heat in temperatures:
        sums, places = {name: 0. for name in nets}, 0
        for lesson, where in exam.lessons(heat):
            for name, net in nets.items():
                chain, total = 1., []
                with autocast():
                    for logits, behind in net.teach(target, lesson):
                        logits = logits[..., :len(said)]
                        if heat:
                            true = torch.softmax(lesson.logits(behind).float() / heat, -1)[..., said]
                            own = torch.softmax(logits.float() / heat, -1)
                            stands = torch.minimum(own, true).sum(-1)
                        else:
                            stands = (words[logits.argmax(-1)] == lesson.ids.gather(1, behind + 1)).float()
                        chain = chain * stands
                        total.append((chain * where).sum())
                sums[name] = sums[name] + torch.stack(total)
            places += int(where.sum())
        for name in nets:
            found[name][heat] = [round(float(value), 3) for value in 1 + (sums[name] / places).cumsum(0)]
    return found


def load(path, net):
    """A network's weights, where there are some."""
    if os.path.exists(path):
        saved = load_npz(path)
        for name, w in net.named_parameters():
            if name not in saved or saved[name].shape != tuple(w.shape):
                raise SystemExit(f"{path} holds a network of another kind or other sizes: {name} should be {list(w.shape)}")
            w.data.copy_(torch.from_numpy(saved[name].astype(np.float32)))


def save(path, net, words):
    arrays = {name: w.detach().half().cpu().numpy() for name, w in net.named_parameters()}
    np.savez(path, words=words.cpu().numpy().astype(np.int32), **arrays)

"""Checks of exported graphs: their arguments, and how near logits come to a reference's."""
import argparse

import numpy as np


def check_arguments(folders=("work", "model"), **numbers):
    """The folders, which must be named, and numbers with their defaults."""
    args = argparse.ArgumentParser()
    for name in folders:
        args.add_argument("--" + name, required=True)
    for name, default in numbers.items():
        args.add_argument("--" + name, type=int, default=default)
    return args.parse_args()


def log_softmax(x):
    x = x.astype(np.float64)
    x = x - x.max(-1, keepdims=True)
    return x - np.log(np.exp(x).sum(-1, keepdims=True))


class Agreement:
    """Figures over many rows; sampled tokens are drawn at a temperature with the same noise for both."""

    def __init__(self, temperature=1.):
        self.temperature, self.noise = temperature, np.random.default_rng(1)
        self.rows = self.kl = self.same = self.sampled = self.right = self.nats = self.worst = 0

    def add(self, reference, logits, tokens):
        """Logits [R, V] of both and the true tokens [R] -> in which rows both have the same top-1."""
        p, q, g = log_softmax(reference), log_softmax(logits), self.noise.gumbel(size=reference.shape)
        same, t = p.argmax(1) == q.argmax(1), self.temperature
        self.kl += (np.exp(p) * (p - q)).sum()
        self.same += same.sum()
        self.sampled += ((p / t + g).argmax(1) != (q / t + g).argmax(1)).sum()
        self.right += (q.argmax(1) == tokens).sum()
        self.nats -= q[np.arange(len(tokens)), tokens].sum()
        self.worst = max(self.worst, np.abs(logits - reference).max())
        self.rows += len(tokens)
        return same

    def __str__(self):
        n = self.rows
        return (f"{n} rows, nats {self.nats / n:.4f}, top-1 {self.right / n:.4f} | against torch float32: "
                f"KL {self.kl / n:.5f}, same top-1 {self.same / n:.4f}, sampled (T {self.temperature:g}) differs "
                f"{1000 * self.sampled / n:.1f}/1000, largest difference of logits {self.worst:.1e}")

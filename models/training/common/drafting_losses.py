"""How far a network's guess is from what the target would say: what DistillSpec (Zhou et al. 2024) compares.

loss(logits [B, n, R], chances [B, n, R] of the target, token [B, n]: the one that was said, by its place among the words, or -1)
-> [B, n]
"""
import torch
import torch.nn.functional as F

LEAST = 1e-9


def sampled(logits, chances, token):
    """Sequence-level distillation (Seq-KD): what the target drew, where that can be guessed."""
    return F.cross_entropy(logits.float().flatten(0, 1), token.flatten(), ignore_index=-1, reduction="none").view(token.shape)


def forward_kl(logits, chances, token):
    return -(chances * torch.log_softmax(logits.float(), -1)).sum(-1)


def reverse_kl(logits, chances, token):
    own = torch.log_softmax(logits.float(), -1)
    return (own.exp() * (own - chances.float().clamp_min(LEAST).log())).sum(-1)


def jensen_shannon(logits, chances, token):
    own, p = torch.softmax(logits.float(), -1).clamp_min(LEAST), chances.float().clamp_min(LEAST)
    middle = ((own + p) / 2).log()
    return ((p * (p.log() - middle)).sum(-1) + (own * (own.log() - middle)).sum(-1)) / 2


def total_variation(logits, chances, token):
    """1 - the share of drawn guesses that stand."""
    return (torch.softmax(logits.float(), -1) - chances.float()).abs().sum(-1) / 2


LOSSES = {"seq": sampled, "forward": forward_kl, "reverse": reverse_kl, "jsd": jensen_shannon, "tv": total_variation}

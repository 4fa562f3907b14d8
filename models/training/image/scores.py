"""Held-out figures of a target: nats a token, nats with the picture hidden, rank of the own caption."""
import torch
import torch.nn.functional as F

from blocks import Quiet
from habits import TOY
from sampling import full_logits

BATCH = 128
AMONG = 10          # captions to choose from


def token_nats(logits, tokens):
    """[n, 256] nats of every token."""
    return F.cross_entropy(logits.flatten(0, 1), tokens.flatten(), reduction='none').view(tokens.shape)


def nats(model, captions, clean, index, hide=False):
    """Nats a token over pictures; hide: no picture tokens are seen, the caption must do."""
    total = 0.
    for part in index.split(BATCH):
        tokens = clean[part].long()
        seen = torch.full_like(tokens, model.mask) if hide else tokens
        total += token_nats(full_logits(model, captions.prefix(part), seen), tokens).mean().item() * len(part)
    return round(total / max(1, len(index)), 4)


def rank(model, captions, clean, index, n=100):
    """Share of pictures whose own caption makes them likelier than nine others' captions do."""
    index = index[:n]
    n = len(index)
    generator = torch.Generator(device=index.device).manual_seed(5)
    scores = []
    for other in range(AMONG if n > 1 else 1):
        shift = torch.randint(1, n, (n,), device=index.device, generator=generator) if other else 0
        chosen = index[(torch.arange(n, device=index.device) + shift) % n]
        logits = full_logits(model, captions.prefix(index, captions.captions[chosen, 0]), clean[index].long())
        scores.append(-token_nats(logits, clean[index].long()).sum(1))
    return round(float((torch.stack(scores, 1).argmax(1) == 0).float().mean()), 3)


def held_out(model, captions, clean, full=True):
    """Figures on a sample of the training pictures, on A (pairs of caption and style) and M (moods)."""
    generator = torch.Generator(device=captions.train.device).manual_seed(7)
    order = torch.randperm(len(captions.train), device=captions.train.device, generator=generator)
    sets = dict(train=captions.train[order[:12 if TOY else 256]], A=captions.test_a, M=captions.test_m)
    figures = {}
    with Quiet(model):
        for name, index in sets.items():
            if not len(index):
                continue
            figures[name] = nats(model, captions, clean, index)
            if full:
                figures['hidden_' + name] = nats(model, captions, clean, index, hide=True)
                figures['rank_' + name] = rank(model, captions, clean, index)
    return figures

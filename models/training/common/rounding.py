"""Making the target bear int8 activations with fixed scales: SmoothQuant folding, ranges, their file."""
import os

import numpy as np
import torch

from blocks import PLACES, int8_weight
from habits import DEVICE, autocast, load_npz
from int8_weights import row_scales

ALPHA = .75          # how much of the activations' range moves into the weights
BATCH = 64


@torch.no_grad()
def watch(model, prefix, tokens):
    """Largest |input| a channel of every matrix product over sequences -> {'blocks.L.place': [inputs], 'head'}."""
    for block in model.blocks:
        block.watch = {}
    head = None
    for p, x in zip(prefix.split(BATCH), tokens.split(BATCH)):
        with autocast():
            hidden = model.state(p, x)
        largest = hidden.float().abs().flatten(0, 1).amax(0)
        head = largest if head is None else torch.maximum(head, largest)
    found = {f'blocks.{i}.{place}': block.watch[place] for i, block in enumerate(model.blocks) for place in PLACES}
    for block in model.blocks:
        block.watch = None
    return found | {'head': head}


def factors(weights, largest):
    """By channel: inputs are divided and weights multiplied by these."""
    heaviest = torch.stack([w.abs().amax(0) for w in weights]).amax(0).clamp_min(1e-5)
    return (largest.clamp_min(1e-5) ** ALPHA / heaviest ** (1 - ALPHA)).clamp(1e-4, 1e4)


def fold_into_gain(gain, layers, largest):
    f = factors([layer.weight for layer in layers], largest)
    gain.div_(f)
    for layer in layers:
        layer.weight.mul_(f)


@torch.no_grad()
def smooth(model, ranges):
    """Folds the factors in; the function of the model stays the same."""
    for i, b in enumerate(model.blocks):
        at = lambda place: ranges[f'blocks.{i}.{place}']
        fold_into_gain(b.n1, (b.wq, b.wk, b.wv), at('qkv'))
        fold_into_gain(b.n2, (b.w1, b.w3), at('gu'))
        # query heads of a group share their values, so they share factors
        by_group = lambda a: a.view(b.kv, -1, b.size).amax(1)
        f = factors([by_group(b.wo.weight.abs().amax(0)).view(1, -1)], by_group(at('o')).flatten())
        b.wv.weight.div_(f[:, None])
        b.wo.weight.mul_(f.view(b.kv, 1, b.size).expand(-1, b.heads // b.kv, -1).flatten())
        f = factors([b.w2.weight], at('down'))
        b.w3.weight.div_(f[:, None])
        b.w2.weight.mul_(f)


def set_limits(model, limits):
    """limits: {'blocks.L.place': largest |input|, 'head': ...}; None switches rounding off.
    The weights of a frozen model are rounded here, once."""
    for i, block in enumerate(model.blocks):
        block.limits = limits and torch.tensor([limits[f'blocks.{i}.{place}'] for place in PLACES], device=DEVICE)
    model.head_limit = limits and torch.tensor(limits['head'], device=DEVICE)
    for layer in int8_layers(model):
        if limits and not layer.weight.requires_grad:
            layer.int8 = int8_weight(layer)
    return model


def int8_layers(model):
    return [m for m in model.blocks.modules() if isinstance(m, torch.nn.Linear)] + [model.head]


@torch.no_grad()
def refresh_scales(model):
    """Before every training step with limits: the scales of the weights as they would be stored."""
    for layer in int8_layers(model):
        scale = row_scales(layer.weight).float()
        if hasattr(layer, 'row_scale'):
            layer.row_scale.copy_(scale)
        else:
            layer.row_scale = scale


def save_limits(path, limits):
    np.savez(path, **{k: np.float32(v) for k, v in limits.items()})


def load_limits(path):
    """-> limits, or None where the weights were not trained with rounding."""
    return {k: float(v) for k, v in load_npz(path).items()} if os.path.exists(path) else None

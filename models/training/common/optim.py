"""Muon for the blocks' matrices, AdamW for everything else; schedules; a moving average of the weights."""
import math

import torch

from habits import FUSED

MOMENTUM = .95
NEWTON_SCHULZ = (3.4445, -4.7750, 2.0315)


def orthogonal(matrices, rounds=5):
    """About the nearest orthogonal matrices to [n, rows, columns], in bf16."""
    a, b, c = NEWTON_SCHULZ
    x = matrices.bfloat16()
    tall = x.shape[1] > x.shape[2]
    x = x.transpose(1, 2) if tall else x
    x = x / (x.norm(dim=(1, 2), keepdim=True) + 1e-7)
    for _ in range(rounds):
        square = x @ x.transpose(1, 2)
        x = a * x + (b * square + c * (square @ square)) @ x
    return (x.transpose(1, 2) if tall else x).float()


class Optimiser:
    """step(factor) applies the gradients at factor times the rates and clears them."""

    def __init__(self, model, muon_rate=.02, adam_rate=2e-3, decay=.1):
        self.muon_rate, self.adam_rate, self.decay = muon_rate, adam_rate, decay
        self.params = [p for p in model.parameters() if p.requires_grad]
        matrices = [p for name, p in model.named_parameters() if p.requires_grad and p.ndim == 2 and 'blocks' in name]
        mine = {id(p) for p in matrices}
        self.groups = {}                       # matrices of one shape are handled together
        for p in matrices:
            self.groups.setdefault(tuple(p.shape), []).append(p)
        self.momentum = {s: torch.zeros(len(ps), *s, device=ps[0].device) for s, ps in self.groups.items()}
        rest = [p for p in self.params if id(p) not in mine]
        self.adam = torch.optim.AdamW(rest, lr=adam_rate, betas=(.9, .97), weight_decay=.01, **FUSED)

    @torch.no_grad()
    def step(self, factor):
        for group in self.adam.param_groups:
            group['lr'] = self.adam_rate * factor
        self.adam.step()
        rate = self.muon_rate * factor
        for shape, params in self.groups.items():
            gradient = torch.stack([p.grad for p in params])
            momentum = self.momentum[shape].lerp_(gradient, 1 - MOMENTUM)
            update = orthogonal(gradient.lerp(momentum, MOMENTUM))
            scale = max(1, shape[0] / shape[1]) ** .5 * rate
            for p, u in zip(params, update):
                p.mul_(1 - self.decay * rate).add_(u, alpha=-scale)
        for p in self.params:
            p.grad = None


class Ema:
    """Moving average of a module's parameters, updated every few steps; swap() exchanges it with the live ones."""

    def __init__(self, module, every=1, decay=.999):
        self.live = list(module.parameters())
        self.mean = [p.detach().clone() for p in self.live]
        self.every, self.decay, self.steps = every, decay, 0

    @torch.no_grad()
    def update(self, decay=None):
        """decay: of one step; by default the one of the start, less in the first steps."""
        self.steps += 1
        if decay is None:
            decay = min(self.decay, (1 + self.steps) / (10 + self.steps))
        if self.steps % self.every == 0:
            torch._foreach_lerp_(self.mean, [p.detach() for p in self.live], 1 - decay ** self.every)

    @torch.no_grad()
    def swap(self):
        for mean, live in zip(self.mean, self.live):
            kept = live.detach().clone()
            live.copy_(mean)
            mean.copy_(kept)


def param_groups(module, decay):
    """Weight decay for matrices (and kernels) only."""
    ps = [p for p in module.parameters() if p.requires_grad]
    return [dict(params=[p for p in ps if p.dim() > 1], weight_decay=decay),
            dict(params=[p for p in ps if p.dim() < 2], weight_decay=0.0)]


def cosine(progress, step, warm=200, floor=0.03):
    """Learning-rate factor: linear warm-up over steps, cosine over the share of the time."""
    c = 0.5 * (1 + math.cos(math.pi * min(1.0, progress)))
    return min(1.0, (step + 1) / warm) * (c * (1 - floor) + floor)

"""Discriminators of waves (complex spectra at three scales, three periods) and the weak GAN stage."""
import torch
import torch.nn as nn
import torch.nn.functional as F

from habits import DEVICE, FUSED, TOY, autocast
from loops import descend


class SpectrumCritic(nn.Module):
    """Wave [B, N] -> scores and the feature maps of every layer."""

    def __init__(self, n, c):
        super().__init__()
        self.n = n
        self.register_buffer('w', torch.hann_window(n), persistent=False)
        self.c = nn.ModuleList(
            [nn.Conv2d(2, c, (3, 9), padding=(1, 4))]
            + [nn.Conv2d(c, c, (3, 9), stride=(1, 2), padding=(1, 4)) for _ in range(3)]
            + [nn.Conv2d(c, c, 3, padding=1)])
        self.o = nn.Conv2d(c, 1, 3, padding=1)

    def forward(self, x):
        with torch.autocast(x.device.type, enabled=False):
            s = torch.stft(x.float(), self.n, self.n // 4, self.n, self.w, normalized=True, return_complex=True)
            s = torch.view_as_real(s)
            s = s * (s.pow(2).sum(-1, keepdim=True) + 1e-5).pow(-.3)
        y = s.permute(0, 3, 2, 1).contiguous(memory_format=torch.channels_last)
        maps = []
        for conv in self.c:
            y = F.leaky_relu(conv(y), .1)
            maps.append(y)
        return self.o(y), maps


class PeriodCritic(nn.Module):
    def __init__(self, period, widths):
        super().__init__()
        self.p = period
        ins = (1,) + widths[:-1]
        self.c = nn.ModuleList([nn.Conv2d(a, b, (5, 1), (3, 1), (2, 0)) for a, b in zip(ins, widths)])
        self.c.append(nn.Conv2d(widths[-1], widths[-1], (5, 1), 1, (2, 0)))
        self.o = nn.Conv2d(widths[-1], 1, (3, 1), 1, (1, 0))

    def forward(self, x):
        rest = -x.shape[1] % self.p
        x = F.pad(x, (0, rest), 'reflect') if rest else x
        y = (x * 4).reshape(len(x), 1, -1, self.p).contiguous(memory_format=torch.channels_last)
        maps = []
        for conv in self.c:
            y = F.leaky_relu(conv(y), .1)
            maps.append(y)
        return self.o(y), maps


class WeakGan:
    """Least-squares GAN with feature matching; `weight` scales both losses (1 = the full recipe)."""

    def __init__(self, weight=.2):
        c, widths = (4, (4, 6, 8, 8)) if TOY else (16, (16, 48, 96, 160))
        critics = [SpectrumCritic(n, c) for n in (512, 1024, 2048)] + [PeriodCritic(p, widths) for p in (2, 3, 5)]
        self.critics = nn.ModuleList(critics).to(DEVICE).to(memory_format=torch.channels_last)
        self.opt = torch.optim.AdamW(self.critics.parameters(), lr=3e-4, betas=(.8, .99), weight_decay=1e-3, **FUSED)
        self.weight = weight

    def __call__(self, x):
        with autocast():
            return [c(x) for c in self.critics]

    def train_critic(self, target, y):
        n = len(target)
        outs = self(torch.cat([target, y]))
        loss = sum((1 - o[:n].float()).pow(2).mean() + o[n:].float().pow(2).mean() for o, _ in outs) / len(outs)
        descend(loss, self.opt, self.critics.parameters(), 5.)
        return loss

    def judge(self, target, y):
        """-> adversarial loss and feature distance of y."""
        self.critics.requires_grad_(False)
        with torch.no_grad():
            real = self(target)
        fake = self(y)
        self.critics.requires_grad_(True)
        adversarial = sum((1 - o.float()).pow(2).mean() for o, _ in fake) / len(fake)
        pairs = [(a, b) for (_, p), (_, q) in zip(real, fake) for a, b in zip(p, q)]
        feature = sum((a.float() - b.float()).abs().mean() / a.float().abs().mean().clamp(min=1e-4) for a, b in pairs)
        return adversarial, feature / len(pairs)

"""What the tokenizers are trained with besides L1, and how they are judged; pictures in -1 ... 1."""
import torch
import torch.nn.functional as F


def gradient_loss(difference, scales=4):
    """L1 of the difference's gradients at several scales: edges stay edges."""
    total = 0.
    for scale in range(scales):
        if scale:
            difference = F.avg_pool2d(difference, 2)
        total = total + (difference[..., 1:] - difference[..., :-1]).abs().mean()
        total = total + (difference[..., 1:, :] - difference[..., :-1, :]).abs().mean()
    return total


def detail_weight(x, strength=6., cap=1.5):
    """[n, 1, h, w], 1 on plain areas up to 1 + cap where the picture has detail, mean 1: faces and letters count more."""
    gray = x.mean(1, True)
    across = F.pad((gray[..., 1:] - gray[..., :-1]).abs(), (0, 1))
    down = F.pad((gray[..., 1:, :] - gray[..., :-1, :]).abs(), (0, 0, 0, 1))
    weight = 1 + (strength * F.avg_pool2d(across + down, 7, 1, 3)).clamp(max=cap)
    return weight / weight.mean()


def psnr(a, b):
    return 10 * torch.log10(4 / ((a.clamp(-1, 1) - b) ** 2).flatten(1).mean(1).clamp_min(1e-6))

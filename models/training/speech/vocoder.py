"""The decoder of speech units: units -> features -> latent of the voice (for training) and wave (for use).

One unit is 3 frames of 256 samples at 22,050 Hz. Shapes: B rows, T units, F = 3 T frames.
"""
import math

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F

from int8_weights import load_int8, save_int8

SAMPLE_RATE = 22050
FRAMES = 3                 # frames a unit
HOP = 256                  # samples a frame
CELL = FRAMES * HOP        # samples a unit
GAIN = 3.0                 # the decoder's wave is the voice's, three times louder


class ConvNext(nn.Module):
    """ConvNeXt block along time: x [B, T, d] -> [B, T, d]."""

    def __init__(self, d, wide=3, k=7, scale=0.1):
        super().__init__()
        self.dw = nn.Conv1d(d, d, k, padding=k // 2, groups=d)
        self.n = nn.LayerNorm(d)
        self.a = nn.Linear(d, d * wide)
        self.b = nn.Linear(d * wide, d)
        self.g = nn.Parameter(torch.ones(d) * scale)

    def forward(self, x):
        y = self.dw(x.transpose(1, 2)).transpose(1, 2)
        return x + self.b(F.gelu(self.a(self.n(y)), approximate='tanh')) * self.g


def mel_filters(n_fft, n_mels, rate=SAMPLE_RATE):
    """Triangular filters [n_mels, n_fft / 2 + 1], each row sums to one."""
    top = 2595 * math.log10(1 + rate / 2 / 700)
    edges = 700 * (10 ** (torch.linspace(0, top, n_mels + 2) / 2595) - 1)
    bins = torch.linspace(0, rate / 2, n_fft // 2 + 1)
    width = (edges[1:] - edges[:-1]).clamp(min=rate / n_fft)
    s = edges[1:-1, None] - bins[None]
    rise = 1 - s.clamp(min=0) / width[:-1, None]
    fall = 1 + s.clamp(max=0) / width[1:, None]
    w = torch.minimum(rise, fall).clamp(min=0)
    return w / w.sum(1, keepdim=True).clamp(min=1e-6)


class Stft(nn.Module):
    """Wave [B, N] -> complex [B, n / 2 + 1, N / hop]; frame t is centred at hop t + hop / 2."""

    def __init__(self, n, hop):
        super().__init__()
        self.n, self.hop = n, hop
        self.register_buffer('w', torch.hann_window(n), persistent=False)

    def forward(self, x):
        pad = (self.n - self.hop) // 2
        x = F.pad(x.float(), (pad, pad))
        return torch.stft(x, self.n, self.hop, self.n, self.w, center=False, normalized=True,
                          return_complex=True)


class Mel(nn.Module):
    """Wave [B, N] -> log10 mel [B, n_mels, N / hop]."""

    def __init__(self, n, hop, n_mels):
        super().__init__()
        self.stft = Stft(n, hop)
        self.register_buffer('fb', mel_filters(n, n_mels), persistent=False)

    def from_magnitude(self, m):
        return torch.log10(self.fb @ m + 5e-4)

    def forward(self, x):
        return self.from_magnitude(self.stft(x).abs())


class Back(nn.Module):
    """Unit vectors [B, T, 16] -> features [B, 3 T, d]: n1 layers at the unit rate, n2 at the frame rate."""

    def __init__(self, d_in=16, d=384, n1=3, n2=6):
        super().__init__()
        self.di = nn.Linear(d_in, d)
        self.d1 = nn.ModuleList([ConvNext(d) for _ in range(n1)])
        self.up = nn.Linear(d, d * FRAMES)
        self.d2 = nn.ModuleList([ConvNext(d) for _ in range(n2)])
        self.dn = nn.LayerNorm(d)

    def forward(self, v):
        x = self.di(v)
        for layer in self.d1:
            x = layer(x)
        b, t, _ = x.shape
        x = self.up(x).reshape(b, t * FRAMES, -1)
        for layer in self.d2:
            x = layer(x)
        return self.dn(x)


class ZHead(nn.Module):
    """Features -> the voice's latent [B, F, 192] (what HiFi-GAN reads) and log mel [B, F, 80]."""

    def __init__(self, d=384):
        super().__init__()
        self.z = nn.Linear(d, 192)
        self.m = nn.Linear(d, 80)
        self.register_buffer('zm', torch.zeros(192))
        self.register_buffer('zs', torch.ones(192))

    def forward(self, x):
        return self.z(x).float() * self.zs + self.zm, self.m(x).float()


class WaveHead(nn.Module):
    """Features [B, F, d] -> wave [B, 256 F]: log-magnitude and phase at every frame, inverse STFT 1024/256."""

    def __init__(self, d=384, n3=4, n=1024, hop=HOP):
        super().__init__()
        self.l = nn.ModuleList([ConvNext(d) for _ in range(n3)])
        self.i = nn.Linear(d, d)
        self.dn = nn.LayerNorm(d)
        self.n, self.h, self.bins = n, hop, n // 2 + 1
        self.ho = nn.Linear(d, 3 * self.bins)
        self.register_buffer('w', torch.hann_window(n), persistent=False)

    def spectrum(self, x):
        m, a, b = self.ho(x).float().split(self.bins, -1)
        r = torch.exp((m - 3.0).clamp(max=6.0)) * torch.rsqrt(a * a + b * b + 1e-6)
        return torch.complex(a * r, b * r)

    def overlap_add(self, spec):
        fr = torch.fft.irfft(spec * math.sqrt(self.n), self.n, dim=-1) * (self.w / 1.5)
        b, t, _ = fr.shape
        q = self.n // self.h
        fr = fr.view(b, t, q, self.h)
        y = sum(F.pad(fr[:, :, j], (0, 0, j, q - 1 - j)) for j in range(q)).reshape(b, -1)
        p = (self.n - self.h) // 2
        return y[:, p:y.shape[1] - p]

    def forward(self, x):
        x = self.i(x)
        for layer in self.l:
            x = layer(x)
        return self.overlap_add(self.spectrum(self.dn(x)))


class Decoder(nn.Module):
    """Units [B, T] (K = silence between sentences) -> wave [B, 768 T]."""

    def __init__(self, k, d=384):
        super().__init__()
        self.EM = nn.Embedding(k + 1, 16)
        self.Bk = Back(16, d)
        self.ZH = ZHead(d)
        self.VO = WaveHead(d)

    def features(self, units):
        return self.Bk(self.EM(units))

    def forward(self, units):
        return self.VO(self.features(units))


def load_decoder(path, codes=None, device='cpu'):
    """The decoder of a file; codes: rows of the full codebook to keep (compact units 0..len-1), None = all."""
    state = load_int8(path)
    table = state['EM.weight']
    if codes is not None and len(codes) + 1 != len(table):
        rows = torch.as_tensor(np.r_[np.asarray(codes, np.int64), len(table) - 1])
        state['EM.weight'] = table[rows]
    model = Decoder(len(state['EM.weight']) - 1)
    model.load_state_dict(state)
    mute_edges(model)
    return model.to(device)


@torch.no_grad()
def mute_edges(model):
    """Silences the lowest and the highest frequency, 0 and half the sample rate.

    Their phase has one number too many, nothing in speech teaches their loudness, and in one sentence of twelve they
    blow up for some frames at its start.
    """
    last = model.VO.bins - 1
    for row in (0, last):
        model.VO.ho.weight[row] = 0.
        model.VO.ho.bias[row] = -30.


def save_decoder(path, model):
    save_int8(path, model.state_dict(), least=20000, exact=('EM.', 'ho'))

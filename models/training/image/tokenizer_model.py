"""The picture tokenizer: 128 px -> 16 x 16 tokens (each from its own 8 x 8 pixels alone) -> 256 px.

An encoder that sees no further than its patch gives equal patches equal tokens. White is one token
everywhere then, and copying drafters work.
"""
import torch
import torch.nn as nn
import torch.nn.functional as F

from int8_weights import load_half

SIDE = 16                       # tokens a row
LEVELS = (8, 8, 8, 5)           # 2,560 codes
DECODER = (288, 128, 56, 24)    # channels at 16, 32, 64 and 128 pixels a side: few where the pixels are many


class Residual(nn.Module):
    """x + c2(act(bn(c1(act(x))))), starting as the identity; size 1 or 3, `inner` channels between."""

    def __init__(self, channels, inner, size):
        super().__init__()
        self.c1 = nn.Conv2d(channels, inner, size, padding=size // 2, bias=False)
        self.bn = nn.BatchNorm2d(inner)
        self.c2 = nn.Conv2d(inner, channels, size, padding=size // 2)
        nn.init.zeros_(self.c2.weight)
        nn.init.zeros_(self.c2.bias)

    def forward(self, x):
        return x + self.c2(F.silu(self.bn(self.c1(F.silu(x)))))


class Encoder(nn.Module):
    def __init__(self, digits, fine=160, coarse=512, channels=3):
        super().__init__()
        self.net = nn.Sequential(
            nn.Conv2d(channels, fine, 4, 4), Residual(fine, 2 * fine, 1), Residual(fine, 2 * fine, 1),
            nn.Conv2d(fine, coarse, 2, 2), Residual(coarse, 2 * coarse, 1), Residual(coarse, 2 * coarse, 1),
            nn.SiLU(), nn.Conv2d(coarse, digits, 1))

    def forward(self, x):
        return self.net(x)


def doubled(inputs, outputs):
    return nn.Sequential(nn.Conv2d(inputs, outputs * 4, 3, padding=1), nn.PixelShuffle(2))


class Decoder(nn.Module):
    def __init__(self, digits, channels=DECODER, outputs=3):
        super().__init__()
        a, b, c, d = channels
        plain = lambda n: Residual(n, n, 3)
        self.net = nn.Sequential(
            nn.Conv2d(digits, a, 3, padding=1), plain(a), plain(a),
            doubled(a, b), plain(b), plain(b), plain(b),
            doubled(b, c), plain(c), plain(c),
            doubled(c, d), plain(d),
            nn.SiLU(), nn.Conv2d(d, outputs * 4, 3, padding=1), nn.PixelShuffle(2))

    def forward(self, z):
        return self.net(z)


class Fsq(nn.Module):
    """Finite scalar quantisation: every channel is rounded to a few levels, the digits make the code."""

    def __init__(self, levels=LEVELS):
        super().__init__()
        self.codes, self.digits = 1, len(levels)
        basis = []
        for level in levels:
            basis.append(self.codes)
            self.codes *= level
        self.register_buffer('levels', torch.tensor(levels, dtype=torch.float32))
        self.register_buffer('basis', torch.tensor(basis))
        digits = torch.arange(self.codes)[:, None] // self.basis % self.levels.long()
        half = self.levels.long() // 2
        self.register_buffer('table', (digits - half) / half.float())

    def bound(self, z):
        half = (self.levels - 1) * (1 + 1e-3) / 2
        offset = torch.where(self.levels % 2 == 0, .5, 0.)
        return torch.tanh(z + torch.atanh(offset / half)) * half - offset

    def forward(self, z):
        """z [n, digits, h, w] -> (rounded numbers, gradients straight through; codes [n, h, w])."""
        bounded = self.bound(z.float().permute(0, 2, 3, 1))
        digits = torch.round(bounded)
        half = torch.div(self.levels, 2, rounding_mode='floor')
        through = bounded + (digits - bounded).detach()
        return (through / half).permute(0, 3, 1, 2), ((digits + half).long() * self.basis).sum(-1)


class Tokenizer(nn.Module):
    def __init__(self, levels=LEVELS, channels=DECODER):
        super().__init__()
        self.fsq = Fsq(levels)
        self.enc, self.dec = Encoder(self.fsq.digits), Decoder(self.fsq.digits, channels)

    def encode(self, x):
        """x [n, 3, 128, 128] in -1 ... 1 -> tokens [n, 256]."""
        return self.fsq(self.enc(x))[1].flatten(1)

    def decode(self, tokens):
        """tokens [n, 256] -> pictures [n, 3, 256, 256]."""
        numbers = self.fsq.table[tokens].view(len(tokens), SIDE, SIDE, -1)
        return self.dec(numbers.permute(0, 3, 1, 2).contiguous())

    def white(self):
        """The token of a white patch."""
        device = self.fsq.table.device
        with torch.no_grad():
            return int(self.encode(torch.ones(1, 3, 128, 128, device=device))[0, 0])


def load_tokenizer(folder, device):
    """The trained tokenizer from tok_enc.npz and tok_dec.npz, frozen, in evaluation mode."""
    tokenizer = Tokenizer().to(device)
    tokenizer.enc.load_state_dict(load_half(f'{folder}/tok_enc.npz'))
    tokenizer.dec.load_state_dict(load_half(f'{folder}/tok_dec.npz'))
    return tokenizer.eval().requires_grad_(False)


class Critic(nn.Module):
    """Small PatchGAN with spectral norm -> (verdict a patch, features)."""

    def __init__(self, c=48):
        super().__init__()
        norm = nn.utils.parametrizations.spectral_norm
        self.layers = nn.ModuleList([
            norm(nn.Conv2d(3, c, 4, 2, 1)), norm(nn.Conv2d(c, 2 * c, 4, 2, 1)), norm(nn.Conv2d(2 * c, 4 * c, 4, 2, 1)),
            norm(nn.Conv2d(4 * c, 4 * c, 3, 1, 1)), norm(nn.Conv2d(4 * c, 1, 3, 1, 1))])

    def forward(self, x):
        features = []
        for layer in self.layers[:-1]:
            x = F.leaky_relu(layer(x), .2)
            features.append(x)
        return self.layers[-1](x), features

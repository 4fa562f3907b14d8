"""Sentences of units laid end to end with silence between them, and their sound by the frozen voice."""
import numpy as np
import torch

from habits import DEVICE, WORK, autocast, load_npz
from loops import pieces
from vocoder import CELL, GAIN, HOP

SILENCE = 8    # units of silence between sentences
EDGE = 18      # frames of context that are cut off on both sides of a synthesised window


class Units:
    """units.npz: sentences of units by split (0 train, 1 held, 2 test)."""

    def __init__(self, path=None, limit=None):
        z = load_npz(path or WORK + '/units.npz')
        self.k, self.codes = int(z['K']), z['codes']
        self.u, self.n, self.split = z['u'].astype(np.int64), z['n'], z['split']
        self.at = pieces(self.n)
        self.limit = limit

    def stream(self, split):
        """-> units [N] on the device (K = silence), and (start, length) of every sentence."""
        pad = np.full(SILENCE, self.k, np.int64)
        rows, where, p = [pad, pad], [], 2 * SILENCE
        for i in np.nonzero(self.split == split)[0][:self.limit]:
            a = self.u[self.at[i]:self.at[i + 1]]
            rows += [a, pad]
            where.append((p, len(a)))
            p += len(a) + SILENCE
        return torch.from_numpy(np.concatenate(rows + [pad, pad])).to(DEVICE), where


class Voice:
    """Frozen HiFi-GAN of the voice on the decoder's own latent."""

    def __init__(self, decoder, path=None):
        from teacher import Vits
        self.vits = Vits(path or WORK + '/back.npz', DEVICE)
        self.decoder = decoder

    @torch.no_grad()
    def features(self, units):
        """[B, T] -> features [B, 3 T, d] and latent z [B, 3 T, 192]."""
        with autocast():
            x = self.decoder.features(units)
            z, _ = self.decoder.ZH(x)
        return x, z

    @torch.no_grad()
    def wave(self, z, exact=False):
        """Latent [B, F, 192] -> wave [B, 256 F] at the decoder's loudness."""
        half = torch.float16 if DEVICE == 'cuda' else torch.bfloat16
        with torch.autocast(DEVICE, dtype=half, enabled=DEVICE == 'cuda' and not exact):
            return self.vits.dec(z.transpose(1, 2).contiguous()).float() * GAIN

    def window(self, x, z, start, end):
        """Target wave and the features for frames start..end: both with EDGE frames of context around."""
        a, b = start - EDGE, end + EDGE
        return self.wave(z[:, a:b])[:, EDGE * HOP:-EDGE * HOP], x[:, a:b].float()


@torch.no_grad()
def render(voice, stream, use_head=False, chunk=512, around=8, rows=8, until=lambda: False):
    """The whole stream as a wave [N * 768] fp16, synthesised in windows of `chunk` units; stops early if until().

    use_head: by the decoder's own ISTFT head instead of HiFi-GAN. Returns (wave, units rendered)."""
    n = (len(stream) - 2 * around) // chunk
    out = torch.zeros(n * chunk * CELL, dtype=torch.float16, device=stream.device)
    span = torch.arange(chunk + 2 * around, device=stream.device)
    done = 0
    for i in range(0, n, rows):
        if until():
            break
        k = min(rows, n - i)
        at = torch.arange(i, i + k, device=stream.device)[:, None] * chunk + span
        x, z = voice.features(stream[at])
        if use_head:
            with autocast():
                y = voice.decoder.VO(x)
        else:
            y = voice.wave(z)
        y = y[:, around * CELL:-around * CELL]
        out[i * chunk * CELL:(i + k) * chunk * CELL] = y.reshape(-1).half()
        done = (i + k) * chunk
    return out[:done * CELL], stream[around:around + done]

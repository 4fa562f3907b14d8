"""The frozen unit encoder: a local MLP over a unit's three frames of the text encoder's means, and a
text-only prior; unit = argmax(-distance^2 + log prior) over the kept codes.

    python3 encoder.py ENC_NPZ UNITS_NPZ PHON_NPZ

writes $WORK/enc.npz from the first weights: the same arrays and `kept` (codes whose share of the
first training units exceeds 2e-5) and `old` (piper id -> symbol id of the prior, 0 for none).
"""
import os
import sys

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F

RARE, WINDOW, FARTHEST = 2e-5, 8, 12
WORK = os.environ.get("WORK", "./work/speech")


class Prior(nn.Module):
    """Symbols +-8 around the unit's own, place in the phone, phone length -> logits over codes."""

    def __init__(self, K, e=40, h=512):
        super().__init__()
        self.e = nn.Embedding(64, e)
        self.pj, self.pk = nn.Embedding(FARTHEST + 1, e), nn.Embedding(FARTHEST + 1, e)
        self.m = nn.Sequential(nn.Linear((2 * WINDOW + 3) * e, h), nn.GELU(), nn.Linear(h, h),
                               nn.GELU(), nn.Linear(h, K))

    def forward(self, window, place, length):
        place, length = place.clamp(max=FARTHEST), length.clamp(max=FARTHEST)
        return self.m(torch.cat([self.e(window).flatten(-2), self.pj(place), self.pk(length)], -1))


class Encoder(nn.Module):
    """Means of a unit's frames [N, 3 * 192] -> 16 numbers, compared with the codebook."""

    def __init__(self, K, frames=3, d=16):
        super().__init__()
        self.register_buffer("mm", torch.zeros(192))
        self.register_buffer("ms", torch.ones(192))
        self.enc = nn.Sequential(nn.Linear(192 * frames, 512), nn.GELU(), nn.Linear(512, 512), nn.GELU(),
                                 nn.Linear(512, d), nn.LayerNorm(d, elementwise_affine=False))
        self.cb, self.pad, self.cls = nn.Parameter(torch.randn(K, d)), nn.Parameter(torch.randn(d)), nn.Linear(d, 64)

    def distances(self, m):
        """m [N, 3, 192] -> squared distances [N, K]."""
        e, c = self.enc(((m - self.mm) / self.ms).flatten(1)), self.cb
        return e.pow(2).sum(-1, keepdim=True) - 2 * e @ c.t() + c.pow(2).sum(-1)


class UnitEncoder:
    """Encoder and prior from an enc.npz; units are numbered by their place in `kept`."""

    def __init__(self, path, device):
        with np.load(path) as z:
            arrays = {k: z[k] for k in z.files}
        self.kept, self.old = arrays["kept"].astype(np.int64), arrays["old"].astype(np.int64)
        K = len(arrays["E.cb"])
        self.encoder, self.prior, self.device = Encoder(K), Prior(K), device
        for prefix, module in (("E.", self.encoder), ("P.", self.prior)):
            state = {k[2:]: torch.from_numpy(v.astype(np.float32)) for k, v in arrays.items() if k.startswith(prefix)}
            module.load_state_dict(state)
            module.to(device).eval().requires_grad_(False)
        self.index = torch.from_numpy(self.kept).to(device)

    @torch.no_grad()
    def units(self, m, window, place, length):
        """m [N, 3, 192]; window [N, 17] old ids; place, length [N] -> (units [N], nats under the prior [N])."""
        log_p = F.log_softmax(self.prior(window, place, length)[:, self.index], -1)
        best = (log_p - self.encoder.distances(m)[:, self.index]).argmax(-1)
        return best, -log_p.gather(1, best[:, None])[:, 0]


def main(enc, units, phon):
    with np.load(units) as z:
        count = np.bincount(z["u"], minlength=int(z["K"]))
    with np.load(phon) as z:
        old = np.zeros(256, np.int16)
        old[z["s2i"][:, 0]] = z["s2i"][:, 1]
    with np.load(enc) as z:
        arrays = {k: z[k] for k in z.files}
    kept = np.nonzero(count / count.sum() > RARE)[0].astype(np.int32)
    np.savez(os.path.join(WORK, "enc.npz"), kept=kept, old=old, **arrays)
    print("kept", len(kept), "of", int((count > 0).sum()), "used codes")


if __name__ == "__main__":
    main(*sys.argv[1:4])

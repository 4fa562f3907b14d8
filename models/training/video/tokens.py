"""The tokenizer of sprites: premultiplied RGBA patches of 8 x 8 px -> codes -> 16 x 16 px, by the picture model's blocks.

The encoder sees one patch alone, so that a thing has the same tokens wherever whole-token shifts take it.
"""
import torch
import torch.nn as nn

from layout import LEVELS, PATCH
from int8_weights import load_half
from tokenizer_model import DECODER, Decoder, Encoder, Fsq

FAINT = 8 / 255             # pixels of less alpha count as empty


def without_faint(x):
    """Pixels one hardly sees become nothing, so that the empty patch has one code."""
    return torch.where(x[:, 3:] < FAINT, 0., x)


class Tokenizer(nn.Module):
    def __init__(self):
        super().__init__()
        self.fsq = Fsq(LEVELS)
        self.enc = Encoder(self.fsq.digits, channels=4)
        self.dec = Decoder(self.fsq.digits, DECODER, outputs=4)

    def encode(self, x):
        """x [n, 4, 8 h, 8 w] in 0 ... 1 -> codes [n, h, w]."""
        return self.fsq(self.enc(without_faint(x) * 2 - 1))[1]

    def decode(self, codes):
        """codes [n, h, w] -> [n, 4, 16 h, 16 w] in 0 ... 1, colours at most alpha."""
        x = (self.dec(self.fsq.table[codes].permute(0, 3, 1, 2).contiguous()).float() + 1) / 2
        alpha = x[:, 3:].clamp(0, 1)
        return torch.cat([torch.minimum(x[:, :3].clamp_min(0), alpha), alpha], 1)

    @torch.no_grad()
    def empty(self):
        """The code of a patch with nothing in it."""
        return int(self.encode(torch.zeros(1, 4, PATCH, PATCH, device=self.fsq.table.device)))


def load_tokenizer(folder, device):
    """The trained tokenizer from tok_enc.npz and tok_dec.npz, frozen, in evaluation mode."""
    tokenizer = Tokenizer().to(device)
    tokenizer.enc.load_state_dict(load_half(f'{folder}/tok_enc.npz'))
    tokenizer.dec.load_state_dict(load_half(f'{folder}/tok_dec.npz'))
    return tokenizer.eval().requires_grad_(False)

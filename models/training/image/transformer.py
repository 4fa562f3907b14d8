"""The target: 16 caption positions that see one another, then 256 picture tokens in raster order."""
import torch
import torch.nn as nn
import torch.nn.functional as F

from blocks import Block, Decoder, rms
from captions_data import FIRST_WORD, PREFIX, TOKENS
from habits import TOY
from int8_weights import load_int8

SIZE = dict(d=128, layers=2, heads=4, kv=2, ff=256) if TOY else dict(d=512, layers=10, heads=8, kv=4, ff=1408)


class PictureBlock(Block):
    exact = PREFIX - 1      # the prefix runs in a graph of floats; its last position runs again as a row

    def attend(self, q, k, v):
        """The prefix sees itself in both directions, the picture is causal."""
        k, v = (z.repeat_interleave(self.heads // self.kv, 1) for z in (k, v))
        prefix = F.scaled_dot_product_attention(q[:, :, :PREFIX], k[:, :, :PREFIX], v[:, :, :PREFIX])
        if q.shape[2] == PREFIX:
            return prefix
        return torch.cat([prefix, F.scaled_dot_product_attention(q, k, v, is_causal=True)[:, :, PREFIX:]], 2)


def angles(size):
    """[272, size / 2]: half of the pairs turn by row, half by column; the prefix lies in row -2."""
    n = size // 4
    frequency = 100.0 ** (-torch.arange(n) / n)
    place = torch.arange(TOKENS)
    row = torch.cat([torch.full((PREFIX,), -2.), (place // 16).float()])
    column = torch.cat([torch.arange(PREFIX).float(), (place % 16).float()])
    return torch.cat([row[:, None] * frequency, column[:, None] * frequency], 1)


class Target(Decoder):
    def __init__(self, codes, words, seen, vectors, dropout=0., d=512, layers=10, heads=8, kv=4, ff=1408):
        blocks = [PictureBlock(d, heads, kv, ff, dropout) for _ in range(layers)]
        super().__init__(blocks, d, codes, angles(d // heads))
        self.codes, self.words, self.seen, self.mask = codes, words, seen, codes   # the input id behind the codes hides a token
        self.te, self.ie = nn.Embedding(words, d), nn.Embedding(codes + 1, d)
        self.pe = nn.Parameter(torch.randn(PREFIX + TOKENS, d) * .02)
        self.register_buffer('vectors', torch.as_tensor(vectors).float(), persistent=False)
        self.wm = nn.Linear(self.vectors.shape[1], d, bias=False)
        for table in (self.wm, self.te, self.ie):          # word vectors have length 1
            nn.init.normal_(table.weight, std=.5)
        with torch.no_grad():
            self.te.weight[FIRST_WORD:].mul_(.4)
        nn.init.normal_(self.head.weight, std=.02)

    def text(self, ids, drop=0.):
        """Projected word vector + learnt part; words never seen in training have the vector alone.
        With drop, some words of a batch do without the learnt part, so that the vector alone must do."""
        known = ids < self.seen
        if drop:
            known = known & ~((torch.rand(ids.shape, device=ids.device) < drop) & (ids >= FIRST_WORD))
        return self.te(ids) * known[..., None] + self.wm(self.vectors[ids])

    def state(self, prefix, tokens, drop=0.):
        """Normed states [B, 256, d] (position 15 of the prefix says token 0)."""
        x = torch.cat([self.text(prefix, drop), self.ie(tokens)], 1) + self.pe
        return rms(self.through_blocks(x)[:, PREFIX - 1:-1], self.nf)

    def forward(self, prefix, tokens, drop=0.):
        """-> logits [B, 256, codes]."""
        return self.logits(self.state(prefix, tokens, drop))

    def step(self, embedded, at, caches):
        """Logits behind the last of the new positions."""
        return super().step(embedded + self.pe[at:at + embedded.shape[1]], at, caches)

    def product_state(self):
        """Tensors as the product reads them: one folded text table, picture tokens without the mask."""
        state = {k: v for k, v in self.state_dict().items() if not k.startswith(('te.', 'wm.', 'ie.'))}
        with torch.no_grad():
            state['text'] = self.text(torch.arange(self.words, device=self.pe.device))
        state['ie.weight'] = self.ie.weight[:self.codes]
        return state

    def words_state(self):
        """What training needs beside the product's tensors."""
        return {'te.weight': self.te.weight, 'wm.weight': self.wm.weight, 'mask': self.ie.weight[self.codes]}


def make_target(captions, codes, dropout=0.):
    return Target(codes, captions.words, captions.seen, captions.vectors, dropout, **SIZE)


def load_target(captions, codes, folder):
    """The target from target_*.npz and words.npz."""
    state = load_int8(f'{folder}/target_[0-9].npz', f'{folder}/words.npz')
    state.pop('text')
    state['ie.weight'] = torch.cat([state['ie.weight'], state.pop('mask')[None]])
    model = make_target(captions, codes)
    model.load_state_dict(state)
    return model

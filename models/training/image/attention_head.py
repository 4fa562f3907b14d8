"""A draft head with one attention layer over the target's hidden states. Measured beside Jacobi, not shipped."""
import torch
import torch.nn as nn
import torch.nn.functional as F

from blocks import rms
from captions_data import TOKENS
from transformer import angles

WIDTH, HEADS, FF = 256, 4, 512


def neighbours(tokens, none):
    """Tokens to the left, above and above right of every position; `none` outside the picture."""
    grid = tokens.view(-1, 16, 16)
    left = F.pad(tokens[:, :-1], (1, 0), value=none)
    above = F.pad(grid[:, :-1], (0, 0, 1, 0), value=none)
    right = F.pad(above[:, :, 1:], (0, 1), value=none)
    return left, above.flatten(1), right.flatten(1)


class AttentionHead(nn.Module):
    """State + three neighbouring tokens -> attention over earlier states -> next state -> the target's output matrix."""

    def __init__(self, target):
        super().__init__()
        d = target.pe.shape[1]
        self.__dict__['target'] = target          # reads its tables, is no part of them
        self.size = WIDTH // HEADS
        linear = lambda i, o: nn.Linear(i, o, bias=False)
        self.blocks = nn.ModuleDict(dict(
            state=linear(d, WIDTH), left=linear(d, WIDTH), above=linear(d, WIDTH), right=linear(d, WIDTH),
            q=linear(WIDTH, WIDTH), k=linear(WIDTH, WIDTH), v=linear(WIDTH, WIDTH), o=linear(WIDTH, WIDTH),
            gate=linear(WIDTH, FF), up=linear(WIDTH, FF), down=linear(FF, WIDTH), out=linear(WIDTH, d)))
        for name in ('o', 'down', 'out'):
            nn.init.zeros_(self.blocks[name].weight)
        gain = lambda n: nn.Parameter(torch.ones(n))
        self.g_in, self.g_out = gain(d), gain(d)
        self.g_attention, self.g_mlp, self.g_last = gain(WIDTH), gain(WIDTH), gain(WIDTH)
        self.g_q, self.g_k = gain(self.size), gain(self.size)
        self.row, self.column = (nn.Parameter(torch.zeros(16, WIDTH)) for _ in range(2))
        turns = angles(self.size)[-TOKENS:, None]
        self.register_buffer('cos', turns.cos(), persistent=False)
        self.register_buffer('sin', turns.sin(), persistent=False)

    def embed(self, tokens):
        codes = self.target.codes
        return self.target.ie.weight[tokens.clamp(max=codes - 1)] * (tokens < codes)[..., None]

    def rotate(self, z, place):
        a, b = z.chunk(2, -1)
        cos, sin = self.cos[place], self.sin[place]
        return torch.cat([a * cos - b * sin, b * cos + a * sin], -1)

    def attention_inputs(self, u, place):
        b, h = self.blocks, rms(u, self.g_attention)
        split = lambda z: z.view(*z.shape[:2], HEADS, self.size)
        q, k = rms(split(b['q'](h)), self.g_q), rms(split(b['k'](h)), self.g_k)
        v = split(b['v'](h))
        q, k = (self.rotate(z, place).to(v.dtype) for z in (q, k))
        return q.transpose(1, 2), k.transpose(1, 2), v.transpose(1, 2)

    def next_state(self, u, attended, state):
        b = self.blocks
        u = u + b['o'](attended.transpose(1, 2).flatten(2))
        h = rms(u, self.g_mlp)
        u = u + b['down'](F.silu(b['gate'](h)) * b['up'](h))
        state = state + b['out'](rms(u, self.g_last))
        return state, F.linear(rms(state, self.g_out), self.target.head.weight)

    def unroll(self, hidden, tokens, steps):
        """hidden [B, 256, d]: the state that said token b. Yields logits for position b + 1, b + 2 ..., the true
        tokens between being known; every later step also sees the head's own earlier states."""
        near = neighbours(tokens, self.target.codes)
        start = torch.arange(TOKENS, device=tokens.device)
        state, more_keys, more_values = hidden, [], []
        for step in range(1, steps + 1):
            place = (start + step).clamp(max=TOKENS - 1)
            b = self.blocks
            u = b['state'](rms(state, self.g_in)) + self.row[place // 16] + self.column[place % 16]
            for name, table in zip(('left', 'above', 'right'), near):
                u = u + b[name](self.embed(table[:, place]))
            q, k, v = self.attention_inputs(u, place)
            if step == 1:
                keys, values = k, v
                attended = F.scaled_dot_product_attention(q, keys, values, is_causal=True)
            else:
                more_keys.append(k)
                more_values.append(v)
                attended = self.attend(q, keys, values, more_keys, more_values)
            state, logits = self.next_state(u, attended, state)
            yield logits

    def attend(self, q, keys, values, more_keys, more_values):
        scale = self.size ** -.5
        past = (q @ keys.transpose(-1, -2)).float() * scale
        future = ~torch.ones(TOKENS, TOKENS, dtype=torch.bool, device=q.device).tril()
        own = torch.stack([(q * k).sum(-1).float() * scale for k in more_keys], -1)
        p = torch.cat([past.masked_fill(future, -1e9), own], -1).softmax(-1).to(values.dtype)
        return p[..., :TOKENS] @ values + sum(p[..., TOKENS + i, None] * v for i, v in enumerate(more_values))

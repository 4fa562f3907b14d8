"""SmolLM2 in PyTorch, frozen: whole sequences at once, and one token after another for many sequences."""
import torch
import torch.nn.functional as F

import shared  # noqa: F401
from drafting_nets import rotate
from matrices import HEAD_SIZE
from parts import Parts


class Smollm:
    def __init__(self, gguf, device, dtype=torch.bfloat16, parts=None):
        """parts: other weights than the file's."""
        parts = parts or Parts(gguf)
        on = lambda array: torch.from_numpy(array).to(device, dtype)
        self.layers, self.heads, self.kv, self.d = parts.layers, parts.heads, parts.kv, parts.d
        self.vocabulary, self.epsilon = parts.vocabulary, parts.epsilon
        self.embedding = on(parts.embedding)
        self.norms = {name: on(w) for name, w in parts.norms.items()}
        self.matrices = {name: on(w) for name, w in parts.matrices.items() if name != "head"}
        angles = torch.from_numpy(parts.angles()).float().to(device)
        self.cos, self.sin = angles.cos(), angles.sin()
        self.device, self.dtype = device, dtype

    def norm(self, x, name):
        return F.rms_norm(x, (self.d,), self.norms[name], self.epsilon)

    def linear(self, x, name):
        return F.linear(x, self.matrices[name])

    def head(self, x):
        """Residual stream [.., d] -> logits."""
        return F.linear(self.norm(x, "nf"), self.embedding)

    def vectors(self, tokens):
        """Rows of the head, its last norm in them."""
        return self.embedding[tokens].float() * self.norms["nf"].float()

    def cache(self, batch, length):
        one = lambda: torch.zeros(self.layers, batch, self.kv, length, HEAD_SIZE, device=self.device, dtype=self.dtype)
        return one(), one()

    def block(self, i, x, attend, cos, sin, skips=()):
        """x [.., d]; attend(q [.., heads, 64], k, v [.., kv, 64]) -> [.., d]; skips: (layer, "attention" or "mlp"), left out"""
        if (i, "attention") not in skips:
            x = self.attention(i, x, attend, cos, sin)
        if (i, "mlp") in skips:
            return x
        gate, up = self.linear(self.norm(x, f"l.{i}.n2"), f"l.{i}.gu").chunk(2, -1)
        return x + self.linear(F.silu(gate) * up, f"l.{i}.down")

    def attention(self, i, x, attend, cos, sin):
        q, k, v = (part.unflatten(-1, (-1, HEAD_SIZE)) for part in self.linear(self.norm(x, f"l.{i}.n1"), f"l.{i}.qkv").split(
            [self.heads * HEAD_SIZE, self.kv * HEAD_SIZE, self.kv * HEAD_SIZE], -1))
        return x + self.linear(attend(rotate(q, cos, sin), rotate(k, cos, sin), v), f"l.{i}.o")

    def read(self, ids, cache=None, taps=(), skips=()):
        """ids [B, L] from position 0 on -> residual streams [B, L, d] behind the layers named (1 ... layers), the last one by default.

        skips: see block().
        """
        length, kept = ids.shape[1], []
        cos, sin = self.cos[:length, None], self.sin[:length, None]
        x = F.embedding(ids, self.embedding)
        for i in range(self.layers):
            def attend(q, k, v):
                q, k, v = (part.transpose(1, 2) for part in (q, k, v))
                if cache:
                    cache[0][i][:, :, :length], cache[1][i][:, :, :length] = k, v
                out = F.scaled_dot_product_attention(q, k, v, is_causal=True, enable_gqa=True)
                return out.transpose(1, 2).flatten(2)
            x = self.block(i, x, attend, cos, sin, skips)
            if i + 1 in (taps or (self.layers,)):
                kept.append(x)
        return kept

    def keys_and_values(self, ids):
        """ids [B, L] -> for each layer, keys and values [B, kv, L, 64] of all of them."""
        cache = self.cache(*ids.shape)
        with torch.no_grad():
            self.read(ids, cache)
        return zip(*cache)

    def step(self, tokens, places, cache, most):
        """The next token's logits [B, V] of many sequences: tokens and places [B], a past of less than `most`."""
        batch = len(tokens)
        cos, sin = self.cos[places][:, None], self.sin[places][:, None]
        rows, heads = torch.arange(batch, device=self.device)[:, None], torch.arange(self.kv, device=self.device)[None]
        hidden = torch.arange(most, device=self.device)[None] > places[:, None]
        bias = torch.zeros(batch, most, device=self.device, dtype=self.dtype).masked_fill_(hidden, -30000.)[:, None, None]
        x = F.embedding(tokens, self.embedding)
        for i in range(self.layers):
            def attend(q, k, v):
                keys, values = cache[0][i], cache[1][i]
                keys.index_put_((rows, heads, places[:, None]), k)
                values.index_put_((rows, heads, places[:, None]), v)
                q = q.reshape(batch, self.kv, -1, HEAD_SIZE) * HEAD_SIZE ** -.5
                shares = torch.softmax(q @ keys[:, :, :most].transpose(-1, -2) + bias, -1)
                return (shares @ values[:, :, :most]).reshape(batch, -1)
            x = self.block(i, x, attend, cos, sin)
        return self.head(x)


class Graphs:
    """CUDA graphs of a step that works on tensors in place, one for each length of past."""

    def __init__(self, step, state, use=True):
        self.step, self.state, self.use, self.graphs = step, state, use, {}

    def __call__(self, most):
        if not self.use:
            return self.step(most)
        if most not in self.graphs:
            before = [one.clone() for one in self.state]
            side = torch.cuda.Stream()
            side.wait_stream(torch.cuda.current_stream())
            with torch.cuda.stream(side):
                self.step(most)
            torch.cuda.current_stream().wait_stream(side)
            pool = next(iter(self.graphs.values())).pool() if self.graphs else None
            graph = torch.cuda.CUDAGraph()
            with torch.cuda.graph(graph, pool=pool):
                self.step(most)
            for one, value in zip(self.state, before):
                one.copy_(value)
            self.graphs[most] = graph
        self.graphs[most].replay()

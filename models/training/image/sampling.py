"""Drawing token by token, guidance, noise, logits of whole pictures."""
from dataclasses import dataclass

import torch

from captions_data import PREFIX, TOKENS, without_caption
from habits import DEVICE, GPU, autocast

CACHE_TYPE = torch.bfloat16 if GPU else torch.float32


@dataclass
class Guide:
    """Pushes logits away from those without caption; `bias` is taken off white where left and above are white."""
    scale: float
    bias: float
    white: int

    def mix(self, logits):
        """Rows with caption, then the same rows without."""
        own, without = logits.chunk(2)
        return without + self.scale * (own - without)


def white_context(tokens, white):
    """[B, 256] bool: the tokens to the left and above are white (so is everything outside)."""
    is_white = tokens.view(-1, 16, 16) == white
    left, above = torch.ones_like(is_white), torch.ones_like(is_white)
    left[:, :, 1:], above[:, 1:] = is_white[:, :, :-1], is_white[:, :-1]
    return (left & above).flatten(1)


def gumbel(n, codes, seed):
    """Noise of every position [n, 256, codes]."""
    generator = torch.Generator(device=DEVICE).manual_seed(seed)
    u = torch.rand(n, TOKENS, codes, device=DEVICE, generator=generator)
    return gumbel_of(u)


def gumbel_of(u):
    return -torch.log(-torch.log(u.clamp_(1e-9, 1 - 1e-7)))


@torch.no_grad()
def full_logits(model, prefix, tokens, guide=None):
    """Float logits of all 256 positions, given the tokens before each."""
    model.eval()
    with autocast():
        if guide is None:
            return model(prefix, tokens).float()
        both = model(torch.cat([prefix, without_caption(prefix)]), torch.cat([tokens, tokens]))
    logits = guide.mix(both.float())
    if guide.bias:
        logits[..., guide.white] -= guide.bias * white_context(tokens, guide.white)
    return logits


def blank_around(drawn, at, white):
    """[B] bool: the neighbours of position `at` are white as far as it has some."""
    blank = torch.ones(len(drawn), dtype=torch.bool, device=drawn.device)
    if at % 16:
        blank &= drawn[:, at - 1] == white
    if at >= 16:
        blank &= drawn[:, at - 16] == white
    return blank


@torch.no_grad()
def generate(model, prefix, temperature, guide=None, noise=None, seed=0):
    """temperature: a number or one a row (0 = the likeliest). noise [B, 256, codes], or drawn from the seed."""
    model.eval()
    n = len(prefix)
    generator = torch.Generator(device=DEVICE).manual_seed(seed)
    temperature = torch.as_tensor(temperature, dtype=torch.float, device=DEVICE).expand(n)
    hot = (temperature > 0)[:, None]
    noisy = bool(hot.any())
    inverse = torch.where(hot, 1 / temperature.clamp_min(1e-3)[:, None], 1.)
    drawn = torch.zeros(n, TOKENS, dtype=torch.long, device=DEVICE)
    prompts = torch.cat([prefix, without_caption(prefix)]) if guide else prefix
    with autocast():
        caches = model.new_cache(len(prompts), CACHE_TYPE)
        logits = model.step(model.text(prompts), 0, caches)
        for at in range(TOKENS):
            values = guide.mix(logits.float()) if guide else logits.float()
            if guide and guide.bias:
                values[:, guide.white] -= guide.bias * blank_around(drawn, at, guide.white)
            if noisy:
                g = noise[:, at] if noise is not None else gumbel_of(torch.rand(values.shape, device=DEVICE, generator=generator))
                values = values * inverse + g * hot
            drawn[:, at] = values.argmax(-1)
            if at < TOKENS - 1:
                embedded = model.ie(drawn[:, at])[:, None]
                logits = model.step(torch.cat([embedded, embedded]) if guide else embedded, PREFIX + at, caches)
    return drawn

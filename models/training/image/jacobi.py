"""Jacobi decoding: guesses behind the frontier are redrawn in every pass, with each position's own noise.

`simulate` counts tokens a pass on whole-sequence forwards; `guessed_inputs` makes training inputs that look
like the middle of such decoding.
"""
import torch

from captions_data import TOKENS
from habits import DEVICE, autocast

LONGEST = 24                        # guesses behind the frontier in training
TEMPERATURES = (0., .7, 1.)
GUESS_WEIGHT = 4.                   # few positions see guesses


def draws(logits, temperature, noise):
    """The tokens that decoding with this noise would draw from logits."""
    return (logits if temperature == 0 else logits / temperature + noise).argmax(-1)


def copied_above(tokens, frontier, white):
    """For every position the nearest known token above it: 16, 32 ... back, before the frontier [B]."""
    place = torch.arange(TOKENS, device=tokens.device)[None]
    rows_back = ((place - frontier[:, None]).clamp_min(0) // 16 + 1) * 16
    source = place - rows_back
    return torch.where(source >= 0, tokens.gather(1, source.clamp_min(0)), white)


@torch.no_grad()
def simulate(model, prefix, temperature, noise, window, white, newcomers='above'):
    """-> (tokens a pass, mean passes, tokens [B, 256]). newcomers: what a position is guessed to be when the
    window first reaches it: the token 'above', or the one to its 'left'."""
    n = len(prefix)
    place = torch.arange(TOKENS, device=DEVICE)[None]
    tokens = torch.full((n, TOKENS), white, device=DEVICE)
    frontier = torch.zeros(n, dtype=torch.long, device=DEVICE)
    passes = torch.zeros(n, device=DEVICE)
    while True:
        active = frontier < TOKENS
        if not bool(active.any()):
            return round(float((TOKENS / passes).mean()), 3), round(float(passes.mean()), 2), tokens
        passes += active
        with autocast():
            logits = model(prefix, tokens).float()
        drawn = draws(logits, temperature, noise)
        # a guess stands as long as all before it did; the first that falls is replaced by its true draw
        stands = (place < frontier[:, None]) | ((drawn == tokens) & (place < frontier[:, None] + window))
        reached = (stands.long().cumprod(1).sum(1) + 1).clamp(max=TOKENS)
        last = (frontier + window).clamp(max=TOKENS - 1)
        inside = (place >= frontier[:, None]) & (place <= last[:, None])
        tokens = torch.where(inside & active[:, None], drawn, tokens)
        if newcomers == 'above':
            fresh = copied_above(tokens, last + 1, white)
        else:
            fresh = tokens.gather(1, last[:, None]).expand(-1, TOKENS)
        tokens = torch.where((place > last[:, None]) & active[:, None], fresh, tokens)
        frontier = torch.where(active, reached, frontier)


@torch.no_grad()
def guessed_inputs(model, prefix, tokens, white):
    """Replaces 1 ... 24 tokens behind a random frontier by guesses -> (inputs, weights of the positions' losses).

    Half of the rows have the token above; the others what the model itself draws there after one or two
    passes. Positions that see guesses weigh more, those behind the window nothing: decoding never uses them.
    """
    n = len(tokens)
    place = torch.arange(TOKENS, device=DEVICE)[None]
    frontier = torch.multinomial(.25 + (tokens != white).float(), 1)        # mostly where there is something to guess
    length = torch.randint(1, LONGEST + 1, (n, 1), device=DEVICE)
    inside = (place >= frontier) & (place < frontier + length)
    inputs = torch.where(inside, copied_above(tokens, frontier[:, 0], white), tokens)
    half = n // 2
    own = slice(half, n)
    inputs[own] = own_guesses(model, prefix[own], tokens[own], inputs[own], inside[own], frontier[own])
    weights = torch.where(place <= frontier, 1., torch.where(place <= frontier + length, GUESS_WEIGHT, 0.))
    return inputs, weights


def own_guesses(model, prefix, tokens, inputs, inside, frontier):
    """One Jacobi pass over all rows and a second over half of them; each makes one more token right."""
    n = len(tokens)
    place = torch.arange(TOKENS, device=DEVICE)[None]
    which = torch.randint(0, len(TEMPERATURES), (n, 1, 1), device=DEVICE)
    temperature = torch.tensor(TEMPERATURES, device=DEVICE)[which]
    noise = None
    for done in (1, 2):
        rows = slice(0, n if done == 1 else n // 2)
        with autocast():
            logits = model(prefix[rows], inputs[rows]).float()
        if noise is None:
            noise = -torch.log(-torch.log(torch.rand_like(logits).clamp_(1e-9, 1 - 1e-7)))
        drawn = (logits + temperature[rows] * noise[rows]).argmax(-1)
        known = place < frontier[rows] + done
        inputs[rows] = torch.where(inside[rows] & ~known, drawn, tokens[rows])
    return inputs

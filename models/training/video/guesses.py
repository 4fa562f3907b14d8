"""Jacobi decoding of clips: guesses behind the frontier are redrawn in every pass, with each place's own noise.

`simulate` counts tokens a pass on whole-sequence forwards; `guessed_inputs` makes training inputs that look like the
middle of such decoding. New places are guessed to be what stood there a frame ago.
"""
import torch

from layout import AREA, CODES, FIRST_GROUND, FIRST_PHASE, PLAN, VOCABULARY
from habits import DEVICE, autocast

SHORTEST, LONGEST = 8, 48           # guesses behind the frontier in training
TEMPERATURES = (0., .6, 1.)
GUESS_WEIGHT = 4.                   # few places see guesses


def gumbel(*shape, generator=None):
    u = torch.rand(*shape, device=DEVICE, generator=generator)
    return -torch.log(-torch.log(u.clamp_(1e-9, 1 - 1e-7)))


def allowed(length):
    """[length, VOCABULARY] bool: first a ground, then phases, then codes."""
    place, token = torch.arange(length, device=DEVICE)[:, None], torch.arange(VOCABULARY, device=DEVICE)
    kind = (token >= FIRST_GROUND).long() + (token >= FIRST_PHASE).long()        # codes, grounds, phases: 0, 1, 2
    wanted = torch.where(place == 0, 1, torch.where(place < PLAN, 2, 0))
    return kind == wanted


def a_frame_ago(tokens, empty):
    """For every place of [n, 2721] the token at the same place of the frame before."""
    result = torch.full_like(tokens, empty)
    result[:, PLAN + AREA:] = tokens[:, PLAN:-AREA]
    return result


@torch.no_grad()
def guessed_inputs(model, prefix, tokens, empty):
    """Replaces 8 ... 48 tokens behind a random frontier by guesses -> (inputs, weights of the places' losses).

    The guesses are what the model itself draws after one pass or two over the previous frame's tokens. Places that
    see guesses weigh more, those behind the window nothing: decoding never uses them.
    """
    place = torch.arange(tokens.shape[1], device=DEVICE)[None]
    frontier = PLAN + torch.multinomial(.1 + (tokens[:, PLAN:] != empty).float(), 1)
    length = torch.randint(SHORTEST, LONGEST + 1, frontier.shape, device=DEVICE)
    inside = (place >= frontier) & (place < frontier + length)
    inputs = torch.where(inside, a_frame_ago(tokens, empty), tokens)
    window = (frontier + torch.arange(LONGEST, device=DEVICE)).clamp(max=tokens.shape[1] - 1)       # [n, 48]
    which = torch.randint(0, len(TEMPERATURES), (len(tokens), 1, 1), device=DEVICE)
    noise = torch.tensor(TEMPERATURES, device=DEVICE)[which] * gumbel(len(tokens), LONGEST, CODES)
    for done in (1, 2):                     # the second pass for half of the rows; each makes one more token right
        rows = slice(0, len(tokens) if done == 1 else len(tokens) // 2)
        at = window[rows]
        with autocast():
            state = model.state(prefix[rows], inputs[rows])
            logits = model.logits(state.gather(1, at[..., None].expand(-1, -1, state.shape[-1])))
        drawn = (logits[..., :CODES].float() + noise[rows]).argmax(-1)
        drawn = torch.where(at < frontier[rows] + done, tokens[rows].gather(1, at), drawn)
        redrawn = inputs[rows].scatter(1, at, drawn)
        inputs[rows] = torch.where(inside[rows], redrawn, tokens[rows])
    weights = torch.where(place <= frontier, 1., torch.where(place <= frontier + length, GUESS_WEIGHT, 0.))
    return inputs, weights


@torch.no_grad()
def simulate(model, prefix, temperature, window, empty, most=600, seed=7):
    """Mean tokens a pass of decoding clips (plan included); gives up after `most` passes."""
    n, total = len(prefix), PLAN + 16 * AREA
    generator = torch.Generator(device=DEVICE).manual_seed(seed)
    bias = torch.where(allowed(total), 0., -1e9)
    if temperature:
        bias = bias + temperature * gumbel(n, total, VOCABULARY, generator=generator)
    place = torch.arange(total, device=DEVICE)[None]
    tokens = torch.full((n, total), empty, device=DEVICE)
    tokens[:, 0], tokens[:, 1:PLAN] = FIRST_GROUND, FIRST_PHASE
    frontier, passes = torch.zeros(n, 1, dtype=torch.long, device=DEVICE), torch.zeros(n, device=DEVICE)
    for _ in range(most):
        active = frontier < total
        if not bool(active.any()):
            break
        passes += active[:, 0]
        with autocast():
            logits = model(prefix, tokens)
        drawn = (logits + bias).argmax(-1)
        # a guess stands as long as all before it did; the first that falls is replaced by its true draw
        stands = (place < frontier) | ((drawn == tokens) & (place < frontier + window))
        reached = (stands.long().cumprod(1).sum(1, keepdim=True) + 1).clamp(max=total)
        last = (frontier + window).clamp(max=total - 1)
        tokens = torch.where((place >= frontier) & (place <= last) & active, drawn, tokens)
        for _ in range(2):                  # what lies behind the window copies the frame before, which may itself be a copy
            copied = torch.where(place >= PLAN, a_frame_ago(tokens, empty), tokens)
            tokens = torch.where((place > last) & active, copied, tokens)
        frontier = torch.where(active, reached, frontier)
    return round(float((frontier[:, 0] / passes).mean()), 2)

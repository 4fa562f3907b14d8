"""Drawing clips token by token, with keys and values kept."""
import torch

from layout import AREA, FIRST, FIRST_GROUND, FIRST_PHASE, FRAMES, LAG, NONE, PLAN, PREFIX, VOCABULARY
from guesses import gumbel
from habits import DEVICE

KINDS = {'ground': (FIRST_GROUND, FIRST_PHASE), 'phase': (FIRST_PHASE, VOCABULARY), 'code': (0, FIRST_GROUND)}


def span(index):
    """First and last + 1 of the ids that token `index` (plan, codes) may have."""
    return KINDS['ground' if index == 0 else 'phase' if index < PLAN else 'code']


@torch.no_grad()
def generate(model, prefix, temperature, length=PLAN + FRAMES * AREA, seed=0):
    """prefix [n, 16], temperature [n] (0: the likeliest) -> tokens [n, length]."""
    model.eval()
    n, places = len(prefix), model.place()
    generator = torch.Generator(device=DEVICE).manual_seed(seed)
    hot = torch.as_tensor(temperature, dtype=torch.float, device=DEVICE).expand(n)[:, None]
    tokens = torch.zeros(n, length, dtype=torch.long, device=DEVICE)
    caches = model.new_cache(n)
    logits = model.step(model.te(prefix) + model.lag.weight[NONE] + places[:PREFIX], 0, caches)
    for index in range(length):
        first, last = span(index)
        values = logits[:, first:last].float()
        tokens[:, index] = first + (values + hot * gumbel(n, last - first, generator=generator)).argmax(-1)
        at = PREFIX + index
        if index < length - 1:
            lagged = model.lag(tokens[:, index - LAG]) if at - LAG >= FIRST else model.lag.weight[NONE]
            logits = model.step((model.ie(tokens[:, index]) + lagged + places[at])[:, None], at, caches)
    return tokens

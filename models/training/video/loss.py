"""What every token of a clip weighs, its nats, and the figures by part of a clip."""
import torch
import torch.nn.functional as F

from layout import AREA, PLAN, SIDE
from habits import GPU

GROUND, PHASES, FIRST_FRAME, PLAIN = 5., 2., 3., .5


def plain(codes, empty):
    """codes [n, f, 169] -> bool: empty, like the tokens to the left, above and a frame ago."""
    e = (codes == empty).view(*codes.shape[:2], SIDE, SIDE)
    left, above, before = (torch.ones_like(e) for _ in range(3))
    left[..., 1:], above[..., 1:, :], before[:, 1:] = e[..., :-1], e[..., :-1, :], e[:, :-1]
    return (e & left & above & before).flatten(2)


def weights(tokens, first, empty):
    """tokens [n, 17 + f * 169], first [n] -> weight of every token."""
    codes = tokens[:, PLAN:].view(len(tokens), -1, AREA)
    w = torch.where(plain(codes, empty), PLAIN, 1.)
    w[:, 0] *= FIRST_FRAME * first[:, None]
    plan = torch.full((len(tokens), PLAN), PHASES, device=tokens.device)
    plan[:, 0] = GROUND
    return torch.cat([plan, w.flatten(1)], 1)


def mean_nats(logits, tokens, w):
    nats = F.cross_entropy(logits.flatten(0, 1).float(), tokens.flatten(), reduction='none')
    return (nats * w.flatten()).sum() / w.sum()


def distances(wanted, logits, w):
    """Mean cross-entropy of logits to the teacher's logits."""
    p = wanted.float().softmax(-1)
    return (-(p * logits.float().log_softmax(-1)).sum(-1) * w).sum() / w.sum()


def compiled(function):
    return torch.compile(function, dynamic=False) if GPU else function


def by_part(nats, hits, tokens, empty):
    """nats, hits [n, 2721] -> figures: ground, phases, the first frame, the others, all; and where something is."""
    codes = (tokens[:, PLAN:] != empty).float()
    mean = lambda x: round(float(x.mean()), 4)
    some = lambda x, mask: round(float((x * mask).sum() / mask.sum().clamp_min(1)), 4)
    frame, later = slice(PLAN, PLAN + AREA), slice(PLAN + AREA, None)
    figures = dict(ground=mean(nats[:, 0]), phases=mean(nats[:, 1:PLAN]), frame0=mean(nats[:, frame]),
                   frame0_some=some(nats[:, frame], codes[:, :AREA]), all=mean(nats), top1=mean(hits.float()))
    if tokens.shape[1] > PLAN + AREA:
        figures.update(later=mean(nats[:, later]), later_some=some(nats[:, later], codes[:, AREA:]))
    return figures

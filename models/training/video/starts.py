"""Makes the target begin to draw: on a CPU, one row of the head (512 numbers) is taught, nothing else.

    python3 starts.py [CLIPS]       (560)

Where a thing begins is uncertain (many offsets, many first codes), so that below temperature 1 'empty' wins at every
place in turn and some clips stay blank. The empty code's row of the head is fitted on states of training clips:
at places of the first frame where nothing has been drawn yet a first code weighs more and an empty token less;
everywhere else the model shall say what it said (Kullback-Leibler). Needs target_*.npz, words.npz, tok_*.npz in
$WORK, the pack in $DATA; writes the weights again to $OUT.
"""
import sys

import torch
import torch.nn.functional as F

from layout import CODES, PLAN
from blocks import save_target
from clips import OWN_FRAME, Clips
from habits import OUT, WORK, say, settle
from model import load_target
from partial import Partial
from sprites import read_meta

WHOLE = 14                              # whole clips that say what must not change
FIRST, BEFORE = 6., .3                  # weight of a first code, of an empty token before it
KEEP, SMALL = 100., 1e-4


@torch.no_grad()
def states(model, prefix, tokens, batch):
    """-> states behind which codes stand [n, codes, d], log odds of 'empty' there."""
    parts = [model.state(p, x)[:, PLAN:] for p, x in zip(prefix.split(batch), tokens.split(batch))]
    return torch.cat(parts)


@torch.no_grad()
def log_odds(model, state, empty):
    parts = []
    for s in state.flatten(0, 1).split(2000):
        logits = s @ model.head.weight[:CODES].T
        chosen = logits[:, empty].clone()
        logits[:, empty] = -1e9
        parts.append(chosen - logits.logsumexp(1))
    return torch.cat(parts).view(state.shape[:2])


def divergence(z, change):
    """KL of yes or no with log odds z to those of z + change."""
    p = z.sigmoid()
    return p * (F.logsigmoid(z) - F.logsigmoid(z + change)) + (1 - p) * (F.logsigmoid(-z) - F.logsigmoid(-z - change))


def fit(beginning, odds, is_empty, rest):
    """beginning, odds, is_empty: places where nothing has been drawn; rest: pairs (states, odds) to be kept -> change."""
    change = torch.zeros(beginning.shape[1], requires_grad=True)
    optimiser = torch.optim.LBFGS([change], max_iter=60, line_search_fn='strong_wolfe')
    weights = torch.where(is_empty, BEFORE, FIRST)

    def closure():
        optimiser.zero_grad()
        nats = F.binary_cross_entropy_with_logits(odds + beginning @ change, is_empty.float(), reduction='none')
        loss = (nats * weights).sum() / (~is_empty).sum() + SMALL * change.square().sum()
        loss = loss + KEEP * sum(divergence(z, s @ change).mean() for s, z in rest)
        loss.backward()
        return loss

    optimiser.step(closure)
    return change.detach()


def main(n=560):
    some = Partial()
    clips = Clips(some, read_meta(), seed=11)
    model, empty = load_target(WORK).eval().requires_grad_(False), some.empty
    prefix, tokens, weight = clips.batch(some.prepare(clips.specs(n), 1), 1)
    frame = states(model, prefix, tokens, 20)
    whole = states(model, *clips.batch(some.prepare(clips.specs(WHOLE)))[:2], 1)
    frame_odds, whole_odds = (log_odds(model, s, empty) for s in (frame, whole))
    is_empty = tokens[:, PLAN:] == empty
    drawn = (~is_empty).long()
    nothing = (drawn.cumsum(1) - drawn == 0) & ((drawn.sum(1) > 0) & (weight > OWN_FRAME))[:, None]
    rest = (frame[~nothing], frame_odds[~nothing]), (whole.flatten(0, 1), whole_odds.flatten())
    change = fit(frame[nothing], frame_odds[nothing], is_empty[nothing], rest)
    first = nothing & ~is_empty
    p = lambda d: round(float((frame_odds[first] + frame[first] @ d).sigmoid().mean()), 3)
    say('empty where the first code should be:', p(torch.zeros_like(change)), 'now', p(change))
    model.head.weight[empty] += change
    save_target(model, [OUT])


if __name__ == '__main__':
    settle(7)
    main(*map(int, sys.argv[1:]))

"""A table of what the model usually says behind its own last tokens: contexts of 1 to 5 tokens, the likeliest successor of
each, and how likely it is (interpolated absolute discounting, Ney et al. 1994), from the answers that answers.py has made.

    WORK=... OUT=... python3 ngrams.py [--entries 1000000]

A context is kept where it says something that its own shorter end does not: another successor, or the same one with
another certainty; each is worth what it says better, times how often it stood there. Repeats within one answer count once: a model that
goes round in circles would fill the table with them, and other drafters know those.

$OUT/ngrams.bin: for each slot of a hash table a check (16 bits), a token (16 bits, 65535: empty) and a share (8 bits);
see `mixed` for where a context lies. Prints how often the table is right, by temperature, on $WORK/bench.npz.
"""
import argparse
import os

import numpy as np
import torch

import shared  # noqa: F401
from habits import DEVICE, OUT, WORK, load_npz, say, settle
from parts import CONTEXT

DISCOUNT = .75
LEAST = 2               # times that a context must have stood
CERTAINTY = .15         # worth of a context that only says the certainty anew
FILLED = .85            # of the slots
EMPTY = 65535
BITS = (1 << 32) - 1


def mixed(contexts):
    """Contexts [N, c] -> 32 bits each, as the reader computes them: where a search begins, and the check beside it."""
    h = torch.full((len(contexts),), contexts.shape[1], dtype=torch.int64, device=contexts.device)
    for column in contexts.T:
        h = (h ^ column) * 0x9E3779B1 & BITS
        h = h ^ (h >> 15)
    check = h * 0x85EBCA6B & BITS
    return h, check >> 16


def wide(contexts):
    """Contexts [N, c] -> 63 bits each, to count with: no two are taken for one."""
    h = torch.full((len(contexts),), contexts.shape[1], dtype=torch.int64, device=contexts.device)
    for column in contexts.T:
        h = (h ^ column) * -7046029254386353131
        h = h ^ ((h >> 29) & ((1 << 35) - 1))
    return h & ((1 << 63) - 1)


class Order:
    """All contexts of one length: which there are, and the chance of each token that stood behind one."""

    def __init__(self, windows, sequences, shorter):
        """windows [N, c + 1]: contexts and what followed; sequences [N]; shorter: the Order of c - 1, or None for c = 1."""
        c = windows.shape[1] - 1
        # once a sequence
        whole = wide(torch.cat([windows, sequences[:, None]], 1))
        _, order = whole.sort()
        first = torch.ones(len(order), dtype=torch.bool, device=order.device)
        first[1:] = whole[order[1:]] != whole[order[:-1]]
        windows = windows[order[first].sort().values]
        pairs, order = wide(windows).sort()
        pairs, counts = torch.unique_consecutive(pairs, return_counts=True)
        examples = windows[order[counts.cumsum(0) - counts]]
        keys = wide(examples[:, :c])
        self.keys, where = keys.unique(return_inverse=True)
        n = len(self.keys)
        total = torch.zeros(n, device=DEVICE, dtype=torch.float64).index_add_(0, where, counts.double())
        kinds = torch.zeros(n, device=DEVICE, dtype=torch.float64).index_add_(0, where, torch.ones_like(counts).double())
        self.rest = DISCOUNT * kinds / total        # what the shorter end has a say in
        self.pairs, self.where, self.total, self.shorter, self.c = pairs, where, total, shorter, c
        lower = shorter.chances(examples[:, 1:]) if shorter else torch.zeros(len(counts), device=DEVICE, dtype=torch.float64)
        self.chance = (counts - DISCOUNT) / total[where] + self.rest[where] * lower
        # the likeliest of each context: the last one in the order of (context, chance)
        by = torch.argsort(self.chance)
        by = by[torch.argsort(where[by], stable=True)]
        last = torch.ones(len(by), dtype=torch.bool, device=DEVICE)
        last[:-1] = where[by[1:]] != where[by[:-1]]
        best = by[last]
        self.contexts, self.top, self.certainty = examples[best, :c], examples[best, c], self.chance[best]

    def chances(self, windows):
        """Chance of the last token behind the others [N, c + 1]."""
        found, right = locate(self.pairs, wide(windows))
        lower = self.shorter.chances(windows[:, 1:]) if self.shorter else torch.zeros(len(windows), device=DEVICE, dtype=torch.float64)
        at, known = locate(self.keys, wide(windows[:, :-1]))
        return torch.where(right, self.chance[found], torch.where(known, self.rest[at] * lower, lower))


def locate(sorted_keys, keys):
    at = torch.searchsorted(sorted_keys, keys).clamp(max=len(sorted_keys) - 1)
    return at, sorted_keys[at] == keys


def windows_of(tokens, said, c):
    """tokens, said [N, L] -> ([M, c + 1], sequences [M]): answers' tokens and the c in front of each."""
    rows, places = said[:, c:].nonzero(as_tuple=True)
    window = torch.stack([tokens[rows, places + i] for i in range(c + 1)], 1)
    return window, rows


def worth(orders):
    """What each context is worth, given what its shorter end says; lower orders first."""
    said = None
    for order in orders:
        if said is None:
            order.score = torch.full_like(order.certainty, float("inf"))        # successors of single tokens are always kept
        else:
            at, known = locate(orders[order.c - 2].keys, wide(order.contexts[:, 1:]))
            assert bool(known.all())
            top, certainty = said[0][at], said[1][at]
            here = order.chances(torch.cat([order.contexts, top[:, None]], 1))
            order.score = order.total * ((order.certainty - here).clamp(0) + CERTAINTY * (here - certainty).abs())
            order.score[order.total < LEAST] = 0
        said = order.top, order.certainty
    return torch.cat([order.score for order in orders])


def table(kept):
    """[(contexts, tokens, shares)], the most important first -> the three arrays of the file."""
    parts = []
    for contexts, tokens, shares in kept:
        h, check = mixed(contexts)
        parts.append([x.cpu().numpy() for x in (h, check, tokens, (255 * shares).round().clamp(1, 255))])
    h, check, tokens, shares = (np.concatenate(part) for part in zip(*parts))
    slots = int(len(h) / FILLED)
    checks, held, levels = np.zeros(slots, np.uint16), np.full(slots, EMPTY, np.uint16), np.zeros(slots, np.uint8)
    at, waiting = h % slots, np.arange(len(h))
    while len(waiting):
        free = held[at[waiting]] == EMPTY
        # of those that come to one empty slot, the first one gets it
        _, one = np.unique(at[waiting], return_index=True)
        gets = np.zeros(len(waiting), bool)
        gets[one] = True
        gets &= free
        mine = waiting[gets]
        checks[at[mine]], held[at[mine]], levels[at[mine]] = check[mine], tokens[mine], shares[mine]
        waiting = waiting[~gets]
        at[waiting] = (at[waiting] + ~free[~gets]) % slots
    return checks, held, levels


class Table:
    """Reads what `table` has made."""

    def __init__(self, arrays):
        self.checks, self.held, self.levels = (torch.from_numpy(a.astype(np.int64)).to(DEVICE) for a in arrays)

    def __call__(self, windows):
        """windows [N, CONTEXT] -> the token behind the longest known end (-1: none), its share, the length of that end."""
        token = torch.full((len(windows),), -1, dtype=torch.long, device=DEVICE)
        share, length = torch.zeros(len(windows), device=DEVICE), torch.zeros_like(token)
        for c in range(CONTEXT, 0, -1):
            h, check = mixed(windows[:, CONTEXT - c:])
            at, going = h % len(self.held), token < 0
            while bool(going.any()):
                here = going & (self.held[at] != EMPTY) & (self.checks[at] == check)
                token[here], share[here], length[here] = self.held[at[here]], self.levels[at[here]] / 255, c
                going = going & ~here & (self.held[at] != EMPTY)
                at = torch.where(going, (at + 1) % len(self.held), at)
        return token, share, length


def measure(read, bench, most=6):
    """How many guesses stand, by temperature, of chains of 1 to `most`, and how well shares say so."""
    tokens, said = (torch.from_numpy(bench[name].astype(np.int64)).to(DEVICE) for name in ("tokens", "said"))
    for heat in np.unique(bench["temperature"]):
        rows = torch.from_numpy(bench["temperature"] == heat).to(DEVICE)
        window, _ = windows_of(tokens[rows], said[rows] > 0, CONTEXT)
        # a chain of guesses in front of each token
        text = torch.cat([tokens[rows], torch.full((int(rows.sum()), most), -1, device=DEVICE)], 1)
        at = (said[rows] > 0)[:, CONTEXT:].nonzero(as_tuple=True)
        ends, stands, expected = window[:, :CONTEXT], torch.ones(len(window), dtype=torch.bool, device=DEVICE), []
        total = torch.ones(len(window), device=DEVICE)
        shares = []
        for k in range(most):
            token, share, _ = read(ends)
            right = token == text[at[0], at[1] + CONTEXT + k]
            if k == 0:
                bands = [(share >= low) & (share < low + .2) for low in (0, .2, .4, .6, .8001)]
                shares = [(f"{float(band.float().mean()):.2f}", f"{float(right[band].float().mean()):.2f}") for band in bands]
            stands &= right
            total += stands
            expected.append(round(float(total.mean()), 3))
            ends = torch.cat([ends[:, 1:], token.clamp(0)[:, None]], 1)
        print(f"T {heat}: tokens a pass, 1 to {most} guesses {expected}; share of places and right, by certainty {shares}")


def main():
    args = argparse.ArgumentParser()
    args.add_argument("--entries", type=int, nargs="+", default=[1_000_000])
    a = args.parse_args()
    settle(0)
    answers, bench = load_npz(os.path.join(WORK, "answers.npz")), load_npz(os.path.join(WORK, "bench.npz"))
    tokens = torch.from_numpy(answers["tokens"].astype(np.int64)).to(DEVICE)
    said = torch.from_numpy(answers["said"]).to(DEVICE)
    orders = []
    for c in range(1, CONTEXT + 1):
        orders.append(Order(*windows_of(tokens, said, c), orders[-1] if orders else None))
        say("contexts of", c, len(orders[-1].keys), "with successors", len(orders[-1].pairs))
    scores = worth(orders)
    for entries in a.entries:
        least = scores.kthvalue(max(1, len(scores) - entries)).values
        kept = []
        for order in orders:
            keep = (order.score > least).nonzero()[:, 0]
            keep = keep[order.total[keep].argsort(descending=True)]
            kept.append((order.contexts[keep], order.top[keep], order.certainty[keep]))
        arrays = table(kept)
        say(entries, "entries:", [len(one[0]) for one in kept], "worth at least", float(least))
        measure(Table(arrays), bench)
    with open(os.path.join(OUT, "ngrams.bin"), "wb") as f:
        for array in arrays:
            f.write(array.tobytes())
    say("slots", len(arrays[0]))


if __name__ == "__main__":
    main()

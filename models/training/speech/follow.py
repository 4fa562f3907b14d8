"""The drafters that read the text: `follow` (a transducer step of plain sums) and `reference` (one pass a text).

State of follow: phone group p, place j (units said in it, minus one), the last four units. With phone states
H [P, d] and the durations k [P] of the duration student (0 behind the last phone):

    advance a = w2 . relu(wa [H_p; H_p+1] + ja[j] + ra[clamp(k_p - j, -4, 11) + 4] + sum_i ta_i[u_i])
    units   U = o relu(wu H_q + ju[i] + ru[k_q] + sum_i tu_i[u_i])          for the new unit's phone q, place i

and the next token's distribution is sigmoid(a) softmax U(p+1, 0) + sigmoid(-a) softmax U(p, j+1). The first
unit of a sentence stays in phone 0, place 0. END (= K) is said from the phone behind the last one.
"""
import torch
import torch.nn as nn
import torch.nn.functional as F

from phones import LONGEST, PhoneEncoder

PAST = 4            # units of history
EARLY, LATE = 4, 11  # range of "units left by the duration student"
NEVER = -30.


def gather(states, phone):
    """States [B, P, h] at phones [B, T] -> [B, T, h]."""
    return torch.gather(states, 1, phone[..., None].expand(-1, -1, states.shape[-1]))


def history(unit, none):
    """Units [B, T] -> the PAST units before each position [B, T, PAST], newest first; `none` before the start."""
    x = F.pad(unit.clamp(min=0), (PAST, 0), value=none)
    n = unit.shape[1]
    return torch.stack([x[:, PAST - 1 - i:PAST - 1 - i + n] for i in range(PAST)], -1)


class Branch(nn.Module):
    """relu of a sum of tables: phones, place, duration, last units."""

    def __init__(self, k, d_in, h):
        super().__init__()
        self.w = nn.Linear(d_in, h)
        self.j = nn.Embedding(LONGEST + 1, h)
        self.r = nn.Embedding(EARLY + LATE + 1, h)
        self.t = nn.ModuleList([nn.Embedding(k + 1, h) for _ in range(PAST)])
        for table in (self.j, self.r, *self.t):
            nn.init.normal_(table.weight, std=.2)

    def past(self, units):
        """[..., PAST] -> the last units' part [..., h]."""
        return sum(table(units[..., i]) for i, table in enumerate(self.t))

    def forward(self, phones, place, duration, past):
        return F.relu(phones + self.j(place.clamp(0, LONGEST)) + self.r(duration) + past)


class Follow(nn.Module):
    def __init__(self, k, d=192, h=256):
        super().__init__()
        self.k = k
        self.a, self.u = Branch(k, 2 * d, h), Branch(k, d, h)
        self.w2, self.o = nn.Linear(h, 1), nn.Linear(h, k + 1)

    def phones(self, H):
        """Phone states [B, P, d] -> the phones' parts of both branches, [B, P, h] each."""
        after = F.pad(H[:, 1:], (0, 0, 0, 1))
        return self.a.w(torch.cat([H, after], -1)), self.u.w(H)

    def advance(self, part, duration, phone, place, past):
        left = (torch.gather(duration, 1, phone) - place.clamp(min=0)).clamp(-EARLY, LATE) + EARLY
        return self.w2(self.a(gather(part, phone), place, left, past))[..., 0]

    def units(self, part, duration, phone, place, past):
        """Logits [B, T, K+1] of a unit at this phone and place."""
        k = torch.gather(duration, 1, phone).clamp(max=LONGEST)
        return self.o(self.u(gather(part, phone), place, k, past))

    def branches(self, parts, duration, phone, place, past_units, first=None):
        """State (phone, place; place -1 before the first unit) [B, T] -> weighted log-probabilities of
        (advance, stay), each [B, T, K+1]. first: bool [B, T], no advance there."""
        pa, pu = parts
        a = self.advance(pa, duration, phone, place, self.a.past(past_units)).float()
        if first is not None:
            a = a.masked_fill(first, NEVER)
        past = self.u.past(past_units)
        after = (phone + 1).clamp(max=duration.shape[1] - 1)
        go = F.log_softmax(self.units(pu, duration, after, torch.zeros_like(place), past).float(), -1)
        stay = F.log_softmax(self.units(pu, duration, phone, place + 1, past).float(), -1)
        return go + F.logsigmoid(a)[..., None], stay + F.logsigmoid(-a)[..., None]

    def mixture(self, H, duration, phone, place, unit):
        """Log-probabilities [B, T, K+1] of every position; phone, place: of the units themselves."""
        before = F.pad(phone[:, :-1], (1, 0)), F.pad(place[:, :-1], (1, 0), value=-1)
        first = torch.zeros_like(phone, dtype=torch.bool)
        first[:, 0] = True
        return torch.logaddexp(*self.branches(self.phones(H), duration, *before, history(unit, self.k), first))

    def known(self, H, duration, phone, place, unit, past_units):
        """Losses with a known alignment: (unit, advance), means over the positions that count."""
        pa, pu = self.phones(H)
        mask = (unit >= 0).float()
        logits = self.units(pu, duration, phone, place, self.u.past(past_units)).float()
        loss = F.cross_entropy(logits.transpose(1, 2), unit.clamp(min=0), reduction='none')
        p, j = phone[:, :-1], place[:, :-1]
        a = self.advance(pa, duration, p, j, self.a.past(past_units[:, 1:])).float()
        went = (phone[:, 1:] > p).float()
        adv = F.binary_cross_entropy_with_logits(a, went, reduction='none')
        return (loss * mask).sum() / mask.sum(), (adv * mask[:, 1:]).sum() / mask[:, 1:].sum()

    @torch.no_grad()
    def track(self, H, duration, count, unit, keep=False):
        """Follows committed units [B, T] (END = K behind the last) greedily, as the runtime does.

        -> phone, place [B, T] of every unit, and with keep the mixture's log-probabilities [B, T, K+1]."""
        parts = self.phones(H)
        B, T = unit.shape
        past = history(unit, self.k)
        p = torch.zeros(B, 1, dtype=torch.long, device=unit.device)
        j = p - 1
        first = torch.ones_like(p, dtype=torch.bool)
        phones, places, mixes = [], [], []
        for t in range(T):
            go, stay = self.branches(parts, duration, p, j, past[:, t:t + 1], first if t == 0 else None)
            if keep:
                mixes.append(torch.logaddexp(go, stay)[:, 0])
            x = unit[:, t:t + 1, None]
            went = (go.gather(2, x) > stay.gather(2, x))[..., 0]
            p = torch.minimum(p + went, count[:, None])
            j = torch.where(went, torch.zeros_like(j), j + 1)
            phones.append(p)
            places.append(j)
        return torch.cat(phones, 1), torch.cat(places, 1), torch.stack(mixes, 1) if keep else None


class Reference(nn.Module):
    """All units of a text in one pass, on the duration student's grid, from phone states."""

    def __init__(self, k, d=192, layers=3):
        super().__init__()
        self.ej, self.ek = nn.Embedding(LONGEST + 1, d), nn.Embedding(LONGEST + 1, d)
        self.c = nn.ModuleList([nn.Conv1d(d, d, 5, padding=2) for _ in range(layers)])
        self.n = nn.ModuleList([nn.LayerNorm(d) for _ in range(layers)])
        self.o = nn.Linear(d, k + 1)

    def forward(self, H, phone, place, length, mask):
        """H [B, P, d]; phone, place, length (units of its phone, 0 for END), mask [B, T] -> logits [B, T, K+1]."""
        mask = mask[..., None].float()
        x = gather(H, phone) + self.ej(place.clamp(max=LONGEST)) + self.ek(length.clamp(max=LONGEST))
        x = x * mask
        for conv, norm in zip(self.c, self.n):
            x = (x + F.gelu(conv((norm(x) * mask).transpose(1, 2))).transpose(1, 2)) * mask
        return self.o(x)


class Heads(nn.Module):
    """Low-rank heads on the target's last hidden state: head i says the token i + 2 places ahead."""

    def __init__(self, k, d=512, n=6, rank=64):
        super().__init__()
        self.n, self.rank = n, rank
        self.z = nn.Linear(d, n * rank, bias=False)
        self.o = nn.Parameter(torch.randn(n, k + 1, rank) * rank ** -.5)

    def forward(self, h):
        """h [B, T, d] -> logits [B, T, n, K+1]."""
        z = F.silu(self.z(h)).view(*h.shape[:-1], self.n, self.rank)
        return torch.einsum('btnr,nkr->btnk', z, self.o.to(z.dtype))


class TextDrafters(nn.Module):
    """Phone encoder, follow and reference together."""

    def __init__(self, k, d=192):
        super().__init__()
        self.en, self.follow, self.ref = PhoneEncoder(d), Follow(k, d), Reference(k, d)

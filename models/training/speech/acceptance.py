"""Tokens a pass of the drafters on the target's own trajectories, without a decoding loop (float32).

On the target's trajectory a draft stands where it says the same token: at T = 0 its likeliest one, at T > 0
the one that the position's shared Gumbel noise picks from the drafter's distribution.
"""
import numpy as np
import torch
import torch.nn.functional as F

from drafter_data import Rows, logits
from habits import DEVICE, say, set_tf32
from sampling import generate

SIZES = (2, 4, 6, 8, 12, 16)
LONGEST_DRAFT = 16


def rounds(stands, size):
    """-> mean tokens and drafts a pass. stands(i, t, k): how many of k drafts stand at place t of sentence i;
    size(i, t): drafts to make there."""
    accepted, drafted = [], []
    for i, n in enumerate(stands.lengths):
        t = 0
        while t < n:
            k = min(size(i, t), n - t)
            a = stands(i, t, k)
            accepted.append(a)
            drafted.append(k)
            t += a + 1
    return round(1 + float(np.mean(accepted)), 3), round(float(np.mean(drafted)), 2)


class ByPlace:
    """Drafts that stand or fall place by place: flags[i][t]."""

    def __init__(self, flags):
        self.flags, self.lengths = flags, [len(f) for f in flags]

    def __call__(self, i, t, k):
        f = self.flags[i][t:t + k]
        return len(f) if f.all() else int(f.argmin())


class ByHead:
    """Heads' drafts for t, t+1, ... come from the state two places before t: flags[i][t, head]."""

    def __init__(self, flags):
        self.flags, self.lengths = flags, [len(f) for f in flags]

    def __call__(self, i, t, k):
        if t == 0:
            return 0
        a, f = 0, self.flags[i]
        while a < min(k, f.shape[1]) and f[t, a]:
            a += 1
        return a


def cursors(s, r):
    """For each number of committed units: the reference's place that the edit distance aligns with it."""
    m = len(r)
    ar = np.arange(m + 1)
    cost, out, last = ar * .999, [0], 0
    for c in s:
        e = np.empty(m + 1)
        e[0] = cost[0] + 1
        e[1:] = np.minimum(cost[:-1] + (r != c), cost[1:] + 1)
        cost = np.minimum.accumulate(e - ar) + ar
        last = int((cost + 1e-3 * abs(ar - (last + 1))).argmin())
        out.append(last)
    return out


class ByReference:
    def __init__(self, seqs, refs, log_probs, noise, temperature):
        self.seqs, self.lengths = seqs, [len(s) for s in seqs]
        self.refs, self.log_probs, self.noise, self.temperature = refs, log_probs, noise, temperature
        self.at = [cursors(s, r) for s, r in zip(seqs, refs)]

    def __call__(self, i, t, k):
        s, r, j, a = self.seqs[i], self.refs[i], self.at[i][t], 0
        while a < k and j + a < len(r):
            d = r[j + a]
            if self.noise is not None:
                d = int((self.log_probs[i][j + a] / self.temperature + self.noise[i][t + a]).argmax())
            if d != s[t + a]:
                break
            a += 1
        return a


def by_confidence(flags, confidence):
    """Share that stands by decile of the drafter's largest probability: [(mean confidence, share), ...]."""
    order = np.argsort(confidence)
    return [[round(float(confidence[b].mean()), 3), round(float(flags[b].mean()), 3)]
            for b in np.array_split(order, 10)]


class Acceptance:
    """text: TextDrafters; draft: LM; heads: Heads; ids: sentences to speak."""

    def __init__(self, data, target, text, draft, heads, ids, limit):
        set_tf32(False)
        self.data, self.ids, self.limit, self.k = data, np.asarray(ids), limit, data.k
        self.target, self.text, self.draft, self.heads = target, text, draft, heads
        self.references()

    def split(self, x, lengths, order):
        """[B, T, ...] tensors of batches -> numpy a sentence, in the order of ids."""
        out = [None] * len(lengths)
        for rows, a in zip(order, x):
            a = a.cpu().numpy()
            for r, v in zip(rows, a):
                out[r] = v[:lengths[r]]
        return out

    @torch.no_grad()
    def references(self):
        rows = self.data.truth(self.ids)
        order, lp = [], []
        for r, b in rows.every():
            H = self.text.en(b.sym, b.group, b.P)
            lp.append(F.log_softmax(self.text.ref(H, b.phone, b.place, b.length, b.mask).float(), -1))
            order.append(r)
        n = self.data.n[self.ids] + 1
        self.ref_log_probs = self.split(lp, n, order)
        self.refs = [a.argmax(-1) for a in self.ref_log_probs]
        for r in self.refs:
            r[-1] = self.k
        own = [self.data.u[self.data.at[i]:self.data.at[i + 1]] for i in self.ids]
        self.ref_top1 = float(np.mean(np.concatenate([r[:-1] == u for r, u in zip(self.refs, own)])))

    @torch.no_grad()
    def speak(self, temperature):
        """The target's own outputs: sequences with END, noise [N, steps, K+1] or None, all ended."""
        prompts = [self.data.prompt(i) for i in self.ids]
        seqs, noise = [], []
        for b in range(0, len(prompts), 512):
            u, ended, g = generate(self.target, prompts[b:b + 512], self.data.vocabulary, temperature, self.limit,
                                   temperature > 0, seed=11 + b)
            seqs += [np.array(a + [self.k] * e, np.int64) for a, e in zip(u, ended)]
            noise += list(g) if g is not None else [None] * len(u)
        return seqs, noise

    @torch.no_grad()
    def flags(self, seqs, noise, temperature):
        """-> by drafter: match flags a sentence; follow's confidence; heads' flags [T, heads]."""
        n = np.array([len(s) - (s[-1] == self.k) for s in seqs])     # units; END is implied behind them
        rows = Rows(self.data, self.ids, np.concatenate([s[:m] for s, m in zip(seqs, n)]), n,
                    np.ones(int(n.sum()), bool), tokens=8192)
        out = dict(follow=[], draft=[], heads=[], target=[], confidence=[])
        order = []
        for r, b in rows.every():
            T = b.unit.shape[1]
            x = torch.where(b.mask, b.unit, torch.full_like(b.unit, self.k))
            g = torch.zeros(len(r), T, self.k + 1, device=DEVICE)
            if temperature > 0:
                for i, q in enumerate(r):
                    m = min(T, len(noise[q]))
                    g[i, :m] = noise[q][:m]
            pick = lambda z, g=g: (z.float() / (temperature or 1) + g).argmax(-1)
            h = b.states(self.target)
            out['target'].append(pick(logits(self.target, h, self.k)) == x)
            out['draft'].append(pick(logits(self.draft, b.states(self.draft), self.k)) == x)
            H = self.text.en(b.sym, b.group, b.P)
            mix = self.text.follow.track(H, b.duration, b.count, x, keep=True)[2]
            out['follow'].append(pick(mix) == x)
            out['confidence'].append(F.softmax(mix / (temperature or 1), -1).amax(-1))
            z = F.pad(self.heads(h), (0, 0, 0, 0, 1, 0))[:, :T]      # state of two places before t
            heads = torch.zeros(len(r), T, self.heads.n, dtype=torch.bool, device=DEVICE)
            for i in range(self.heads.n):
                m = T - i
                heads[:, :m, i] = pick(z[:, :m, i], g[:, i:]) == x[:, i:]
            out['heads'].append(heads)
            order.append(r)
        lengths = [len(s) for s in seqs]
        return {k: self.split(v, lengths, order) for k, v in out.items()}

    def figures(self, temperature):
        seqs, noise = self.speak(temperature)
        f = self.flags(seqs, noise, temperature)
        own = self.data.n[self.ids]
        flat = {k: np.concatenate(v) for k, v in f.items()}
        res = dict(ended=float(np.mean([s[-1] == self.k for s in seqs])),
                   length=round(float(np.mean([(len(s) - 1) / m for s, m in zip(seqs, own)])), 4),
                   forced_equals_stepwise=round(float(flat['target'].mean()), 5))
        for name in ('follow', 'draft'):
            res[name] = dict(match=round(float(flat[name].mean()), 4),
                             tokens={k: rounds(ByPlace(f[name]), lambda i, t, k=k: k)[0] for k in SIZES})
        sure = f['confidence']
        stop = lambda i, t: max(1, int((np.cumprod(sure[i][t:t + LONGEST_DRAFT]) > .3).sum()))
        tokens, drafted = rounds(ByPlace(f['follow']), stop)
        res['follow']['confidence_stop'] = dict(tokens=tokens, drafts=drafted)
        res['follow']['by_confidence'] = by_confidence(flat['follow'], flat['confidence'])
        res['heads'] = dict(match=[round(float(v), 4) for v in np.concatenate([a[1:] for a in f['heads']]).mean(0)],
                            tokens={k: rounds(ByHead(f['heads']), lambda i, t, k=k: k)[0] for k in SIZES})
        g = [v.cpu().numpy() for v in noise] if temperature > 0 else None
        ref = ByReference(seqs, self.refs, self.ref_log_probs, g, temperature)
        res['reference'] = dict(tokens={k: rounds(ref, lambda i, t, k=k: k)[0] for k in SIZES})
        say('T', temperature, res)
        return res

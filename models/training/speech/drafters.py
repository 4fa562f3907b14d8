"""Trains the drafters of a speech target and measures their acceptance.

    python drafters.py [--own 60] [--truth 40] [--distil 120] [--reference 20] [--draft 50] [--heads 40]   (seconds)

Reads units.npz, durations.npz, duration_student.npz, target_*.npz in $WORK; writes to $OUT: follow.npz
(en., follow.), reference.npz (ref.), draft.npz, heads.npz, drafters.json.
"""
import argparse
import copy
import json
import time

import numpy as np
import torch
import torch.nn.functional as F

import shared  # noqa: F401
from acceptance import Acceptance
from drafter_data import Data, Rows, logits, target_log_probs
from follow import Heads, TextDrafters, history
from habits import DEVICE, OUT, TOY, WORK, autocast, say, settle
from int8_weights import load_int8, save_int8
from lm import LM
from loops import adam, spend
from optim import Ema
from sampling import generate

LIMIT = 60 if TOY else 320       # units of a generation
PARALLEL = 8 if TOY else 2048    # sentences generated at once
HELD = 6 if TOY else 300


class Trainer:
    def __init__(self):
        self.data = Data()
        self.k = self.data.k
        self.target = self.data.load_target()
        self.fast = copy.deepcopy(self.target).to(torch.bfloat16 if DEVICE == 'cuda' else torch.float32)
        self.truth = self.data.truth(self.data.train)
        self.held = self.data.truth(self.data.held[:HELD])
        self.log = dict(K=self.k, sentences=len(self.data.train))
        say('ready: sentences', len(self.data.train), 'units', self.k)

    # ---- the target's own outputs
    def speak(self, seconds, greedy=16384, warm=8192):
        """Own outputs at T = 0 and T = .8 from training prompts, about two to one, until the time is over."""
        start, random = time.time(), np.random.RandomState(3)
        order = random.permutation(self.data.train)[:greedy + warm]
        order = order[np.argsort(self.data.n[order], kind='stable')]
        batches = [order[i:i + PARALLEL] for i in range(0, len(order), PARALLEL)]
        ids, units, counts = [], [], [0, 0]
        for b, i in enumerate(random.permutation(len(batches))):
            if time.time() - start > seconds:
                break
            chosen, warmth = batches[i], .8 if b % 3 == 2 else 0.
            limit = min(LIMIT, int(self.data.n[chosen].max() * 1.2) + 16)
            out, ended, _ = generate(self.fast, [self.data.prompt(j) for j in chosen], self.data.vocabulary,
                                     warmth, limit, seed=100 + b)
            for j, u, e in zip(chosen, out, ended):
                if (e or TOY) and u:
                    ids.append(j)
                    units.append(np.array(u, np.int64))
            counts[warmth > 0] += len(out)
        n = np.array([len(u) for u in units])
        self.own = Rows(self.data, np.array(ids), np.concatenate(units), n, np.ones(n.sum(), bool))
        if DEVICE == 'cuda':
            torch.cuda.empty_cache()
        self.log['own'] = dict(greedy=counts[0], warm=counts[1], kept=len(ids), units=int(n.sum()),
                               length=float((n / self.data.n[ids]).mean()), seconds=round(time.time() - start, 1))
        say('own outputs', self.log['own'])

    # ---- follow and reference
    def encode(self, b):
        return self.text.en(b.sym, b.group, b.P)

    def reference_loss(self, H, b):
        z = self.text.ref(H, b.phone, b.place, b.length, b.mask).float()
        return b.mean(F.cross_entropy(z.transpose(1, 2), b.unit.clamp(min=0), reduction='none'))

    def truth_step(self, part):
        """Ground truth with a known alignment; 5 % of the units of the past are wrong."""
        b = self.truth.next()
        past = history(b.unit, self.k)
        wrong = torch.rand(b.unit.shape, device=DEVICE) < .05
        noisy = torch.where(wrong, torch.randint(0, self.k, b.unit.shape, device=DEVICE), b.unit)
        past = torch.where(past < self.k, history(noisy, self.k), past)
        with autocast():
            H = self.encode(b)
            unit, advance = self.text.follow.known(H, b.duration, b.phone, b.place, b.unit, past)
            return unit + advance + .3 * self.reference_loss(H, b)

    def distil_step(self, part):
        """KL(target || mixture): one batch in three is ground truth, the others own outputs."""
        self.turn += 1
        own = self.turn % 3 != 0
        b = (self.own if own else self.truth).next()
        lp = target_log_probs(self.fast, b, self.k)
        with autocast():
            H = self.encode(b)
            lq = self.text.follow.mixture(H, b.duration, b.phone, b.place, b.unit)
        loss = b.mean((lp.exp() * (lp - lq)).sum(-1))
        return loss if own else loss + .1 * self.reference_loss(H, b)

    @torch.no_grad()
    def track(self):
        """Aligns the own outputs with their text, as follow does while speaking."""
        new, at = np.zeros(len(self.own.u_np), bool), np.cumsum(self.own.n_np) - self.own.n_np
        for rows, b in self.own.every():
            x = torch.where(b.mask, b.unit, torch.full_like(b.unit, self.k))
            phone = self.text.follow.track(self.encode(b), b.duration, b.count, x)[0]
            went = (torch.diff(phone, dim=1, prepend=phone[:, :1] * 0) > 0).cpu().numpy()
            for r, w in zip(rows, went):
                new[at[r]:at[r] + self.own.n_np[r]] = w[:self.own.n_np[r]]
        self.own.realign(new)
        last = self.own.alignment.phone[self.own.alignment.start + self.own.alignment.n - 1]
        away = (self.data.corpus.count[self.own.ids] - 1 - last).abs().float()
        self.log['tracked'] = dict(at_the_end=float((away == 0).float().mean()), away=float(away.mean()))
        say('tracked', self.log['tracked'])

    @torch.no_grad()
    def held_follow(self):
        """On held sentences: nats a unit of the mixture and reference, KL to the target, top-1s."""
        self.text.eval()
        sums = torch.zeros(6, device=DEVICE)
        for _, b in self.held.every():
            H = self.encode(b)
            lq = self.text.follow.mixture(H, b.duration, b.phone, b.place, b.unit)
            lr = F.log_softmax(self.text.ref(H, b.phone, b.place, b.length, b.mask).float(), -1)
            lp = target_log_probs(self.target, b, self.k)
            x, m = b.unit.clamp(min=0), b.mask
            nats = lambda z: -(z.gather(2, x[..., None])[..., 0] * m).sum()
            same = ((lq.argmax(-1) == lp.argmax(-1)) & m).sum()
            kl = ((lp.exp() * (lp - lq)).sum(-1) * m).sum()
            sums += torch.stack([nats(lq), nats(lr), nats(lp), kl, same, m.sum()])
        r = (sums[:5] / sums[5]).tolist()
        return dict(zip(('follow_nats', 'reference_nats', 'target_nats', 'kl', 'same_top1'), (round(v, 4) for v in r)))

    def train_text(self, truth, distil, reference):
        """truth 0: goes on from the files of an earlier run (for another target)."""
        self.text = TextDrafters(self.k).to(DEVICE)
        opt = adam(self.text, 1e-3)
        log = self.log['follow'] = dict(params=sum(p.numel() for p in self.text.follow.parameters()))
        if truth:
            self.start_encoder()
            log['truth'] = spend(truth, self.truth_step, opt, 2e-3, self.text.parameters(), 'follow', floor=.1)
        else:
            self.text.load_state_dict({**load_int8(OUT + '/follow.npz'), **load_int8(OUT + '/reference.npz')})
        log['held_truth'] = self.held_follow()
        say('held', log['held_truth'])
        self.turn, mean = 0, Ema(self.text, decay=.998)
        for i, (share, lr, floor) in enumerate(((.4, 1.5e-3, .5), (.6, 8e-4, .02))):   # aligned anew in between
            self.track()
            log[f'distil_{i}'] = spend(distil * share, self.distil_step, opt, lr, self.text.parameters(),
                                       'distil', floor, mean)
        mean.swap()
        log['held'] = self.held_follow()
        say('held', log['held'])
        self.text.en.requires_grad_(False)
        opt = adam(self.text.ref, 1e-3)

        def step(part):
            b = self.truth.next()
            with autocast():
                return self.reference_loss(self.encode(b), b)
        if reference:
            log['reference'] = spend(reference, step, opt, 1.5e-3, self.text.ref.parameters(), 'reference')
            log['held'] = self.held_follow()
            say('held', log['held'])
        state = {k: v.cpu().numpy().astype(np.float16) for k, v in self.text.state_dict().items()}
        np.savez(OUT + '/follow.npz', **{k: v for k, v in state.items() if not k.startswith('ref.')})
        np.savez(OUT + '/reference.npz', **{k: v for k, v in state.items() if k.startswith('ref.')})

    def start_encoder(self):
        """The duration student's phone encoder, as far as names and shapes agree."""
        state = load_int8(WORK + '/duration_student.npz')
        own = self.text.en.state_dict()
        found = {k[3:]: v for k, v in state.items() if k[3:] in own and own[k[3:]].shape == v.shape}
        self.text.en.load_state_dict({**own, **found})
        self.log['encoder_from_student'] = f'{len(found)} of {len(own)}'
        say('encoder from the duration student:', self.log['encoder_from_student'])

    # ---- drafters that read the target
    def train_draft(self, seconds):
        shape = dict(d=64, n=1, h=1, kv=1, ff=64) if TOY else dict(d=192, n=2, h=3, kv=1, ff=512)
        self.draft = LM(self.data.vocabulary.size, **shape).to(DEVICE)

        def step(part):
            self.turn += 1
            b = (self.own if part > .4 and self.turn % 2 else self.truth).next()
            lp = target_log_probs(self.fast, b, self.k) if part > .4 else None
            with autocast():
                z = logits(self.draft, b.states(self.draft), self.k)
            if lp is None:
                return b.mean(F.cross_entropy(z.float().transpose(1, 2), b.unit.clamp(min=0), reduction='none'))
            return b.mean((lp.exp() * (lp - F.log_softmax(z.float(), -1))).sum(-1))
        params = list(self.draft.parameters())
        self.log['draft'] = spend(seconds, step, adam(self.draft, 1e-3, betas=(.9, .95)), 2.5e-3, params, 'draft')
        self.log['draft'].update(params=sum(p.numel() for p in params), shape=shape)
        save_int8(OUT + '/draft.npz', self.draft.state_dict())
        self.draft.load_state_dict(load_int8(OUT + '/draft.npz'))    # what is stored is measured

    def train_heads(self, seconds):
        self.heads = Heads(self.k).to(DEVICE)

        def step(part):
            self.turn += 1
            b = (self.own if self.turn % 3 else self.truth).next()
            with torch.no_grad(), autocast():
                h = b.states(self.fast)
            with autocast():
                z = self.heads(h).float()
            loss = 0.
            for i in range(self.heads.n):   # state before unit t; head i says unit t + 1 + i
                label = b.unit[:, 1 + i:]
                loss = loss + F.cross_entropy(z[:, :label.shape[1], i].transpose(1, 2), label, ignore_index=-1)
            return loss / self.heads.n
        self.log['heads'] = spend(seconds, step, adam(self.heads, 2e-3), 4e-3, self.heads.parameters(), 'heads')
        state = {k: v.detach().cpu().numpy().astype(np.float16) for k, v in self.heads.state_dict().items()}
        np.savez(OUT + '/heads.npz', **state)

    def measure(self):
        for m in (self.text, self.draft, self.heads):
            m.eval()
        for m in (self.text, self.heads):
            m.half().float()        # as stored
        self.fast = None
        a = Acceptance(self.data, self.target, self.text, self.draft, self.heads, self.data.held[:HELD], LIMIT)
        self.log['reference_top1'] = round(a.ref_top1, 4)
        self.log['acceptance'] = {}
        for temperature in (0, .7, 1):
            self.log['acceptance'][str(temperature)] = a.figures(temperature)
            self.write()

    def write(self):
        with open(OUT + '/drafters.json', 'w') as f:
            json.dump(self.log, f, indent=1)


def main():
    args = argparse.ArgumentParser()
    for name, seconds in dict(own=60, truth=40, distil=120, reference=20, draft=50, heads=40).items():
        args.add_argument('--' + name, type=float, default=seconds)
    a = args.parse_args()
    settle(4, fixed_shapes=False)
    t = Trainer()
    t.speak(a.own)
    t.train_text(a.truth, a.distil, a.reference)
    t.write()
    t.train_draft(a.draft)
    t.train_heads(a.heads)
    t.write()
    t.measure()
    say('all done')


if __name__ == '__main__':
    main()

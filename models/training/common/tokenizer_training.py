"""The loop that trains a tokenizer: encoder and decoder first, then the encoder is frozen and a critic joins in."""
import torch
import torch.nn.functional as F

from habits import DEVICE, FUSED, OUT, WORK, Budget, autocast, count, save_json, say
from int8_weights import save_half

RATE, CRITIC_RATE = 8e-4, 4e-4
FREEZE = .6                       # share of the time, then the critic
GRADIENT, FEATURES = .6, .8       # weights of the edges (see losses.py), of the critic's features
LAST = dict(memory_format=torch.channels_last)


class TokenizerTrainer:
    """A medium adds

    batch() -> pictures; reconstruct(x) -> what the model makes of them
    losses(x, y) -> (error, loss without the critic, the two that the critic compares)
    figures() -> dict, of held-out pictures
    """
    adversarial = .04             # weight of the critic's verdict
    blank = 'empty'               # the model's method that says the token of nothing

    def __init__(self, seconds, reserve, model, critic, batch, report, **log):
        """batch: pictures a step; report: steps between figures; log: what is known beforehand."""
        self.budget, self.size, self.every = Budget(seconds, reserve), batch, report
        self.model, self.critic = (part.to(DEVICE).to(**LAST) for part in (model, critic))
        self.optimiser = torch.optim.AdamW(self.model.parameters(), lr=RATE, betas=(.9, .99), weight_decay=1e-4, **FUSED)
        self.critic_optimiser = torch.optim.Adam(self.critic.parameters(), lr=CRITIC_RATE, betas=(.5, .9), **FUSED)
        self.frozen_at = None
        self.log = dict(curve=[], encoder=count(self.model.enc), decoder=count(self.model.dec), **log)
        say('tokenizer', self.log)

    def freeze_encoder(self):
        self.log['at_freeze'] = self.report()
        self.model.enc.eval().requires_grad_(False)
        self.frozen_at = self.budget.steps

    def decoded(self, small):
        """Small pictures in -1 ... 1 -> what is decoded of their tokens; gradients reach the encoder until it is frozen."""
        with autocast():
            with torch.set_grad_enabled(self.frozen_at is None):
                numbers, _ = self.model.fsq(self.model.enc(small))
            return self.model.dec(numbers.contiguous(**LAST)).float()

    def critic_term(self, x, y):
        """What the critic thinks of y, and how far its features of y are from those of x."""
        with autocast():
            verdict, mine = self.critic(y)
            with torch.no_grad():
                _, true = self.critic(x)
        distance = sum((a.float() - b.float()).abs().mean() for a, b in zip(mine, true))
        ramp = min(1, (self.budget.steps - self.frozen_at) / 150)
        return ramp * (FEATURES * distance - self.adversarial * verdict.float().mean())

    def critic_step(self, x, y):
        with autocast():
            true, false = self.critic(x)[0], self.critic(y.detach())[0]
        loss = F.relu(1 - true.float()).mean() + F.relu(1 + false.float()).mean()
        self.critic_optimiser.zero_grad(set_to_none=True)
        loss.backward()
        self.critic_optimiser.step()

    def step(self, part):
        if part > FREEZE and self.frozen_at is None:
            self.freeze_encoder()
        rate = RATE * min(1, (self.budget.steps + 1) / 100) * min(1, max(.02, (1 - part) / .7))
        for group in self.optimiser.param_groups:
            group['lr'] = rate
        x = self.batch()
        error, loss, compared = self.losses(x, self.reconstruct(x))
        if self.frozen_at is not None:
            compared = [z.contiguous(**LAST) for z in compared]
            loss = loss + self.critic_term(*compared)
        self.optimiser.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), 1.)
        self.optimiser.step()
        if self.frozen_at is not None:
            self.critic_step(*compared)
        return error

    @torch.no_grad()
    def report(self):
        self.model.eval()
        figures = self.figures()
        self.model.train()
        if self.frozen_at is not None:
            self.model.enc.eval()
        figures.update(step=self.budget.steps, seconds=round(self.budget.elapsed, 1))
        say(figures)
        self.log['curve'].append(figures)
        return figures

    def save(self):
        for folder in {WORK, OUT}:
            save_half(f'{folder}/tok_enc.npz', self.model.enc.state_dict())
            save_half(f'{folder}/tok_dec.npz', self.model.dec.state_dict())
            save_json(f'{folder}/tokenizer.json', self.log)

    def run(self):
        for part in self.budget:
            error = self.step(part)
            if self.budget.steps % (self.every // 3 + 1) == 0:
                say('step', self.budget.steps, 'error', round(error.item(), 4))
            if self.budget.steps % self.every == self.every - 1:
                self.report()
        steps, seconds = self.budget.steps, self.budget.elapsed
        self.log.update(steps=steps, seconds=seconds, pictures_a_second=round(steps * self.size / seconds), final=self.report())
        self.log[self.blank] = getattr(self.model.eval().float(), self.blank)()
        self.save()
        say('tokenizer saved,', self.blank, 'is', self.log[self.blank])

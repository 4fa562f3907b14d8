"""A classifier of token grids: which caption is it? Trained on held-out pictures too, it judges what
approximate verifiers draw, and nothing else may use it.

    python3 judge.py [SECONDS]

Classes: captions seen in three or more styles, the commonest first. Writes judge.npz (fp16) and judge.json to $WORK.
"""
import sys
from collections import defaultdict

import torch
import torch.nn as nn
import torch.nn.functional as F

import shared  # noqa: F401
from captions_data import STYLES, Captions
from codes import Codes
from habits import DEVICE, FUSED, TOY, WORK, Budget, autocast, count, save_json, say, settle
from int8_weights import load_half, save_half
from tokenizer_model import Fsq, Residual

CLASSES, MIN_STYLES = 1000, 3
BATCH = 16 if TOY else 512
WIDTH = 16 if TOY else 128
RATE, WRONG, SMOOTHING = 2e-3, .15, .05
TEST_VERSION = 2            # a moved version kept out of training, for the accuracy


class Judge(nn.Module):
    """Tokens -> FSQ numbers and a learnt vector -> convolutions at 16, 8 and 4 -> mean -> classes."""

    def __init__(self, codes, classes, width=WIDTH):
        super().__init__()
        self.fsq = Fsq()
        self.embedding = nn.Embedding(codes, 32)
        sizes = width, width * 3 // 2, width * 2
        layers, inputs = [], 32 + self.fsq.digits
        for i, channels in enumerate(sizes):
            layers += [nn.Conv2d(inputs, channels, 3, 1 if i == 0 else 2, 1), Residual(channels, channels, 3), Residual(channels, channels, 3)]
            inputs = channels
        self.net = nn.Sequential(*layers, nn.BatchNorm2d(inputs), nn.SiLU())
        self.out = nn.Linear(inputs, classes)

    def forward(self, tokens):
        x = torch.cat([self.fsq.table[tokens], self.embedding(tokens)], -1).view(len(tokens), 16, 16, -1)
        x = self.net(x.permute(0, 3, 1, 2).contiguous()).mean((2, 3))
        return self.out(F.dropout(x, .2, self.training))


def load_judge(folder, codes, classes):
    judge = Judge(codes, classes)
    judge.load_state_dict(load_half(f'{folder}/judge.npz'))
    return judge.eval()


def choose_classes(captions):
    """-> class names, class of every picture (-1: none)."""
    styles, pictures = defaultdict(set), defaultdict(list)
    for i, (name, style) in enumerate(zip(captions.info['caps'], captions.style.tolist())):
        styles[name].add(style)
        pictures[name].append(i)
    names = sorted((n for n in styles if len(styles[n]) >= MIN_STYLES), key=lambda n: (-len(styles[n]), -len(pictures[n]), n))[:CLASSES]
    labels = torch.full((captions.n,), -1, device=DEVICE)
    for k, name in enumerate(names):
        labels[pictures[name]] = k
    return names, labels


class Trainer:
    def __init__(self):
        self.captions = Captions()
        self.codes = Codes(self.captions)
        self.names, self.labels = choose_classes(self.captions)
        self.pictures = (self.labels >= 0).nonzero()[:, 0]
        self.versions = torch.tensor([v for v in range(len(self.codes.tokens)) if v != TEST_VERSION], device=DEVICE)
        self.model = Judge(self.codes.codes, len(self.names)).to(DEVICE)
        self.adam = torch.optim.AdamW(self.model.parameters(), lr=RATE, weight_decay=.05, **FUSED)
        say('classes', len(self.names), 'pictures', len(self.pictures), 'parameters', count(self.model))

    def batch(self):
        """Any version but one, a share of the tokens wrong."""
        index = self.pictures[torch.randint(0, len(self.pictures), (BATCH,), device=DEVICE)]
        version = self.versions[torch.randint(0, len(self.versions), (BATCH,), device=DEVICE)]
        tokens = self.codes.tokens[version, index].long()
        wrong = torch.rand(tokens.shape, device=DEVICE) < WRONG * torch.rand(BATCH, 1, device=DEVICE)
        return torch.where(wrong, tokens[torch.randperm(BATCH, device=DEVICE)], tokens), self.labels[index]

    @torch.no_grad()
    def accuracy(self, version, index):
        index = index[self.labels[index] >= 0]
        right = [(self.model(self.codes.tokens[version, i].long()).argmax(-1) == self.labels[i]) for i in index.split(512)]
        return round(float(torch.cat(right).float().mean()), 4) if right else None

    def run(self, seconds):
        budget = Budget(seconds, reserve=5)
        self.model.train()
        for part in budget:
            tokens, labels = self.batch()
            with autocast():
                logits = self.model(tokens)
            loss = F.cross_entropy(logits.float(), labels, label_smoothing=SMOOTHING)
            self.adam.zero_grad(set_to_none=True)
            loss.backward()
            for group in self.adam.param_groups:
                group['lr'] = RATE * min(1, (budget.steps + 1) / 100) * max(.01, 1 - part)
            self.adam.step()
        self.model.eval()
        figures = dict(steps=budget.steps, loss=round(loss.item(), 3), clean=self.accuracy(0, self.pictures),
                       clean_A=self.accuracy(0, self.captions.test_a), unseen_version=self.accuracy(TEST_VERSION, self.pictures))
        say(figures)
        save_half(f'{WORK}/judge.npz', self.model.state_dict())
        save_json(f'{WORK}/judge.json', dict(classes=self.names, styles=STYLES, codes=self.codes.codes, figures=figures))


if __name__ == '__main__':
    settle(6)
    Trainer().run(float(sys.argv[1]) if len(sys.argv) > 1 else 40)

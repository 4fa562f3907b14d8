"""Checks follow.onnx and follow.bin against torch: phone tables, durations, reference units, and follow's mixture.

    python3 export_check_text.py --work WORK --model OUT [--sentences 20]
"""
import json

import numpy as np
import torch
import torch.nn.functional as F

import shared  # noqa: F401
from agreement import check_arguments
from durations import DurationStudent, whole
from export_target import Sentences
from follow import TextDrafters, history
from int8_weights import load_int8
from onnx_graph import session
from phones import LONGEST, Corpus


class Tables:
    """follow's step as a program would do it: sums of rows and one small matrix, numpy only."""

    def __init__(self, path, section, end):
        with open(path, "rb") as f:
            data = f.read()
        for a in section["arrays"]:
            n = int(np.prod(a["shape"]))
            rows = np.frombuffer(data, "<f2", n, a["offset"]).astype(np.float32)
            setattr(self, a["name"], rows.reshape(a["shape"]))
        self.end = end

    def branch(self, row, J, R, T, place, duration, past):
        x = row + J[min(place, LONGEST)] + R[duration] + sum(T[i][u] for i, u in enumerate(past))
        return np.maximum(x, 0)

    def step(self, text, p, j, past, first):
        """Phone p, place j (-1 before the first unit), last units newest first -> probabilities [K+1]."""
        k = np.r_[text["durations"], 0, 0]
        left = int(np.clip(k[p] - max(j, 0), -4, 11)) + 4
        a = -30.0
        if not first:
            h = self.branch(text["advance"][p], self.Ja, self.Ra, self.Ta, max(j, 0), left, past)
            a = float(h @ self.w2 + self.b2[0])
        q = min(p + 1, len(k) - 1)
        out = 0
        for weight, phone, place in ((1 / (1 + np.exp(-a)), q, 0), (1 / (1 + np.exp(a)), p, j + 1)):
            h = self.branch(text["unit"][phone], self.Ju, self.Ru, self.Tu, place, min(k[phone], LONGEST), past)
            z = self.O @ h + self.bo
            z = np.exp(z - z.max())
            out = out + weight * z / z.sum()
        return out


def torch_text(text, student, symbols, group, k):
    """-> phone states, durations [1, P+2], and what follow.onnx gives, of one sentence as training has it."""
    P = int(group.max()) + 1
    s, g = torch.from_numpy(symbols)[None], torch.from_numpy(group)[None]
    d = whole(student(s, g, P + 2)[1][0, :P]).long()
    H = text.en(s, g, P + 2)
    advance, unit = text.follow.phones(H)
    phone = torch.cat([torch.repeat_interleave(torch.arange(P), d), torch.tensor([P])])[None]
    place = torch.cat([torch.arange(int(n)) for n in d] + [torch.zeros(1, dtype=torch.long)])[None]
    length = torch.cat([torch.repeat_interleave(d, d), torch.zeros(1, dtype=torch.long)])[None]
    z = text.ref(H, phone, place, length, torch.ones_like(phone, dtype=torch.bool))[0]
    units = torch.cat([z[:-1, :k].argmax(-1), torch.tensor([k])])
    want = dict(advance=advance[0, :P + 1], unit=unit[0], durations=d, reference=units)
    return H, F.pad(d[None], (0, 2)), {name: x.numpy() for name, x in want.items()}


@torch.no_grad()
def main():
    a = check_arguments(sentences=20)
    torch.set_num_threads(2)
    s = Sentences(a.work)
    with open(f"{a.model}/model.json", encoding="utf8") as f:
        section = json.load(f)["follow"]
    tables = Tables(f"{a.model}/{section['tables']}", section, s.K)
    run = session(f"{a.model}/{section['graph']}")
    text, student = TextDrafters(s.K).eval(), DurationStudent().eval()
    text.load_state_dict({**load_int8(f"{a.work}/follow.npz"), **load_int8(f"{a.work}/reference.npz")})
    student.load_state_dict(load_int8(f"{a.work}/duration_student.npz"))
    corpus = Corpus(s.sym, s.symn, s.table)
    worst, same, mixture, near, right = {}, {}, 0.0, 0, []
    for i in s.choose(1, a.sentences):
        symbols, group = corpus.sentence(i)
        names = [o.name for o in run.get_outputs()]
        got = dict(zip(names, run.run(names, dict(symbols=symbols[None], groups=group[None],
                                                  count=np.array([group[-1] + 1])))))
        H, duration, want = torch_text(text, student, symbols, group, s.K)
        for name in ("advance", "unit"):
            assert got[name].shape == want[name].shape, (name, got[name].shape, want[name].shape)
            worst[name] = max(worst.get(name, 0), float(np.abs(got[name] - want[name]).max()))
        for name in ("durations", "reference"):
            assert len(got[name]) == len(want[name])
            same.setdefault(name, []).append((got[name] == want[name]).mean())
        u = s.units(i)
        n = min(len(u), len(want["reference"]) - 1)
        right.append(np.mean(u[:n] == want["reference"][:n]) if n else 0)
        # twelve steps of the mixture along the units, staying or moving on as the durations say
        grid = np.repeat(np.arange(len(want["durations"])), want["durations"])
        place = np.concatenate([np.arange(n) for n in want["durations"]])
        T = min(len(u), len(grid))
        unit, phone, places = (torch.from_numpy(x[:T])[None] for x in (u, grid, place))
        lq = text.follow.mixture(H, duration, phone, places, unit)[0].exp().numpy()
        past = history(unit, s.K)[0].numpy()
        for t in np.r_[0, 1, 2, np.linspace(3, T - 1, 9).astype(int)]:
            q = tables.step(got, *((grid[t - 1], place[t - 1]) if t else (0, -1)), past[t], t == 0)
            mixture = max(mixture, float(np.abs(q - lq[t]).max()))
            near += 1
    print("follow.onnx against torch: largest differences", {k: f"{v:.2e}" for k, v in worst.items()},
          "same", {k: round(float(np.mean(v)), 5) for k, v in same.items()})
    print(f"follow.bin, {near} steps in numpy against torch: largest difference of a probability {mixture:.2e}")
    print(f"reference units equal to the sentence's own at the same place: {np.mean(right):.3f}")


if __name__ == "__main__":
    main()

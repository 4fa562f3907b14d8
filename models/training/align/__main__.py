"""Aligns a drafter to any target on our ONNX contract, from nothing but prompts (see docs/alignment.md).

    cd models/training
    python3 -m align --target ../smollm2-135m --prompts P.jsonl --drafter student --method kd --out MODEL [--steps 1000]

P.jsonl: a prompt a line, as a list of tokens (prompts.mjs makes them of texts, sentences or captions). Some are held out before
anything else. The target answers the others, the drafter learns from that, its guesses are measured behind the target's answers to
those held out, and its graph and its section of model.json go to MODEL, a copy of the target's folder where there is none yet.
The weights stay in $OUT/DRAFTER.npz, too, to go on from (--start).
"""
import argparse
import os
import shutil

import numpy as np
import torch

from . import shared  # noqa: F401
from .drafters import NAMES, drafter_for
from .sequences import Answers, Exam, judged, kept_or_made, own, read_prompts, split, written
from .target import Target
from drafting import RATE, Method, likeliest_words, load, measure, save, train
from drafting_losses import LOSSES
from export_head import add_net
from export_model import read_json
from habits import DEVICE, OUT, count, load_npz, say, settle
from matrices import BLOCK, HEAD_SIZE

METHODS = {
    "seq-kd": Method("seq"),            # the target's tokens (Kim & Rush 2016)
    "kd": Method(),                     # the target's distribution behind its own tokens
    "distillspec": Method(own=.5),      # half of the time behind the student's own (Zhou et al. 2024)
    "online": Method(own=1.),           # always, once the student has begun to write
}
RENEWALS = 3            # times that a student's own sequences are written anew
GOING_ON = 1e-4         # learning rate for weights that have learned already


def whole(multiple=1):
    def read(text):
        number = int(text)
        if number < 1 or number % multiple:
            raise argparse.ArgumentTypeError(f"{text}: give a " + (f"multiple of {multiple}" if multiple > 1 else "number from 1 on"))
        return number
    return read


def arguments():
    args = argparse.ArgumentParser(prog="align", description=__doc__.split("\n")[0])
    args.add_argument("--target", required=True, help="a model's folder")
    args.add_argument("--prompts", required=True, help="a file with a list of tokens a line")
    args.add_argument("--out", required=True, help="the model's folder to write to")
    args.add_argument("--drafter", choices=NAMES, default="student")
    args.add_argument("--method", choices=list(METHODS), default="kd")
    args.add_argument("--loss", choices=[name for name in LOSSES if name != "seq"], help="for all methods but seq-kd (forward)")
    args.add_argument("--steps", type=whole(), default=1000)
    args.add_argument("--rate", type=float, help=f"of learning ({RATE:g}, behind --start {GOING_ON:g})")
    args.add_argument("--batch", type=whole(), default=8, help="sequences of a step")
    args.add_argument("--anchors", type=whole(), default=32, help="places of a sequence that a step teaches")
    args.add_argument("--held", type=whole(), default=8, help="prompts held out, to measure with")
    args.add_argument("--temperatures", type=float, nargs="+", default=[0., .7, 1.], help="of the target's answers")
    args.add_argument("--tokens", type=whole(), default=128, help="most tokens of an answer")
    args.add_argument("--own", type=whole(), default=32, help="sequences that a student writes at a time")
    args.add_argument("--words", type=whole(), default=16384, help="tokens that can be guessed")
    args.add_argument("--width", type=whole(HEAD_SIZE), default=256)
    args.add_argument("--rank", type=whole(BLOCK), default=128, help="numbers of a token's vector, and of a low-rank head")
    args.add_argument("--layers", type=whole(), default=2, help="of a student")
    args.add_argument("--streams", type=whole(), default=3, help="layers whose streams the target's features hold")
    args.add_argument("--start", help="weights of the same shape to begin with, as .npz")
    args.add_argument("--data", help="a file that keeps the target's answers for the next time")
    args.add_argument("--threads", type=whole(), default=2, help="of the target's graph")
    return args


def method_of(a, drafter):
    method = METHODS[a.method]
    if a.loss and a.method == "seq-kd":
        raise SystemExit("seq-kd learns tokens, there is no other loss for it: leave --loss out, or choose kd")
    if method.own and not drafter.writes:
        raise SystemExit(f"--method {a.method} learns from what the drafter writes by itself, and {a.drafter} cannot: "
                         "choose kd or seq-kd")
    return Method(a.loss or method.loss, method.own)


def there(out):
    return os.path.exists(os.path.join(out, "model.json"))


def check_out(out, target):
    if there(out) and read_json(out, "model.json")["target"] != target.model["target"]:
        raise SystemExit(f"{out} holds another target: name a copy of this one, or a folder that is not there yet (--out)")


def the_targets_answers(a, target, reads):
    """-> sequences to learn from, judged, and those to measure with; as lists of (tokens, start, temperature)."""
    taught, held = split(read_prompts(a.prompts, 2), a.held, seed=0)
    key = [target.model["files"], taught, held, a.temperatures, a.tokens, reads]

    def make():
        found = {}
        for name, prompts, seed in (("taught", taught, 1), ("held", held, 2)):
            sequences = written(target, prompts, a.temperatures, a.tokens, seed)
            rows, starts, heats = zip(*sequences)
            found |= {f"{name}.tokens": np.concatenate(rows), f"{name}.length": np.array([len(row) for row in rows]),
                      f"{name}.start": np.array(starts), f"{name}.heat": np.array(heats)}
            if name == "taught":
                found |= judged(target, sequences, reads)
        return found
    found = kept_or_made(a.data, key, make)

    def sequences(name):
        tokens, lengths, starts, heats = (found.pop(f"{name}.{part}") for part in ("tokens", "length", "start", "heat"))
        return [(row.tolist(), int(start), float(heat))
                for row, start, heat in zip(np.split(tokens, np.cumsum(lengths)[:-1]), starts, heats)]
    return sequences("taught"), sequences("held"), found


def words_of(a, target, drafter, taught, arrays):
    """The tokens that can be guessed, and behind them those that only prompts have."""
    if a.start:
        return torch.from_numpy(load_npz(a.start)["words"].astype(np.int64)).to(DEVICE)
    if drafter.all_words:
        return torch.arange(target.vocabulary, device=DEVICE)
    words = likeliest_words(arrays["ids"], arrays["said"], a.words)
    asked = {token for ids, start, _ in taught for token in ids[:start] if token >= target.vocabulary}
    return torch.cat([words, torch.tensor(sorted(asked), dtype=torch.long, device=DEVICE)])


def main():
    a = arguments().parse_args()
    settle(0, fixed_shapes=False)
    target = Target(a.target, a.streams, a.threads).to(DEVICE)
    drafter = drafter_for(target, a.drafter)
    method = method_of(a, drafter)
    check_out(a.out, target)
    taught, held, arrays = the_targets_answers(a, target, drafter.reads)
    words = words_of(a, target, drafter, taught, arrays)
    net = drafter.net(target, words, a).to(DEVICE)
    if a.start:
        load(a.start, net)
    say(a.drafter, count(net), "parameters,", len(words), "words")
    make = lambda arrays: Answers(target, arrays, words, a.anchors)
    train(target, {a.drafter: net}, {a.drafter: method}, words, make(arrays), (i / a.steps for i in range(a.steps)), a.batch,
          lambda student: make(judged(target, own(target, student, taught, a.own, a.tokens), drafter.reads)), RENEWALS,
          min(150, 1 + a.steps // 10), a.rate or (GOING_ON if a.start else RATE))
    net.eval()
    path = os.path.join(OUT, f"{a.drafter}.npz")
    save(path, net, words)
    load(path, net)         # what is kept is measured
    figures = measure(target, {a.drafter: net}, words, Exam(target, held, drafter.reads), sorted(set(a.temperatures)))[a.drafter]
    for heat, stood in figures.items():
        print(f"temperature {heat:g}: {stood[0] - 1:.3f} of first guesses stand; tokens a pass with 1, 2, ... guesses", *stood)
    if not there(a.out):
        shutil.copytree(a.target, a.out, dirs_exist_ok=True)
    add_net(drafter.section, drafter.export, path, a.out)


if __name__ == "__main__":
    try:
        main()
    except FileNotFoundError as error:
        raise SystemExit(f"there is no {error.filename}: name another file or folder")

"""Any target of a model folder, by its ONNX graph: what it says behind prompts, and what it thinks of sequences.

The graph is on the contract of ../common/lm_graph.py; what else it gives is told by model.json (target.features, target.taps).
"""
import os

import numpy as np
import torch

from . import shared  # noqa: F401
from export_head import LENGTH, angles
from export_model import read_json
from matrices import HEAD_SIZE
from onnx_graph import session
from passes import commit, empty_past, feeds

STATE = "hidden"        # the tap that low-rank heads read: the state which says the next token
MOST_ROWS = 256         # of a pass: scores of attention grow with their square


class Target:
    """vocabulary, d, cos, sin, vectors(): what networks ask for (see ../common/drafting_nets.py)."""

    def __init__(self, folder, streams=3, threads=2):
        """streams: how many layers' streams the features hold, side by side."""
        self.model = read_json(folder, "model.json")
        part = self.model.get("target")
        if part is None:
            raise SystemExit(f"{folder}/model.json has no target: name the folder of a language model (--target)")
        if part.get("tensors") or part.get("lag") or part["headSize"] != HEAD_SIZE:
            raise SystemExit(f"the target of {folder} has tensors of other names, told tokens (lag) or heads of other than "
                             f"{HEAD_SIZE} numbers: align reads none of these")
        self.layers, self.kv, self.vocabulary = part["layers"], part["keyValueHeads"], part["vocabularySize"]
        self.length, self.batched, self.ends = part["contextLength"], part.get("batched", False), ends(self.model)
        self.run = session(os.path.join(folder, part["graph"]), threads, float_weights=False)
        self.prefix = part.get("prefix")
        if self.prefix:
            self.prefix_run = session(os.path.join(folder, self.prefix["graph"]), threads, float_weights=False)
        self.features, self.width = next(iter(part.get("features", {}).items()), (None, 0))
        self.state = part.get("taps", {}).get(STATE)
        self.taps = streams if self.features else 1
        self.d = self.width // streams if self.features else int(np.prod(self.state)) if self.state else 0
        turns = torch.from_numpy(angles(LENGTH)).float()
        self.cos, self.sin = turns.cos(), turns.sin()

    def to(self, device):
        self.cos, self.sin = self.cos.to(device), self.sin.to(device)
        return self

    def vectors(self, tokens):
        """Its embedding is somewhere in its graph: tables begin with chance."""
        return None

    def begin(self, prompt, capacity, batch):
        """-> past of `batch` sequences that begin with all of the prompt but some of its last tokens, and how many are in it."""
        past = empty_past(self, capacity, batch)
        if not self.prefix:
            return past, 0
        if len(prompt) < self.prefix["length"]:
            raise SystemExit(f"a prompt has {len(prompt)} tokens, and this target reads its first {self.prefix['length']} at once")
        # The prefix's last token is read again: the pass over it says what follows.
        read = self.prefix["length"] - 1
        new, = self.prefix_run.run(["new_kv"], {"input_ids": np.array([prompt[:read + 1]], np.int64)})
        commit(self, past, new[:, :read], 0)
        return past, read

    def answers(self, prompt, temperatures, most, rng):
        """What it says behind a prompt at each temperature: lists of tokens, the one that ends the answer included."""
        if self.batched:
            return self.together(prompt, temperatures, most, rng)
        return [self.together(prompt, [heat], most, rng)[0] for heat in temperatures]

    def together(self, prompt, temperatures, most, rng):
        batch, most = len(temperatures), min(most, self.length - len(prompt))
        heat = np.array(temperatures)[:, None]
        past, at = self.begin(prompt, len(prompt) + most, 1)
        logits = None
        for start in range(at, len(prompt), MOST_ROWS):
            new = prompt[start:min(len(prompt), start + MOST_ROWS)]
            logits, kv = self.run.run(["logits", "new_kv"], feeds(self, new, start, past, rows=[len(new) - 1]))
            commit(self, past, kv, start)
        past = {name: np.repeat(array, batch, 0) for name, array in past.items()}
        logits, said = np.repeat(logits, batch, 0), np.zeros((batch, 0), np.int64)
        over = np.zeros(batch, bool)
        for place in range(len(prompt), len(prompt) + most):
            token = (logits + heat * rng.gumbel(size=logits.shape)).argmax(-1)
            said, over = np.concatenate([said, token[:, None]], 1), over | np.isin(token, self.ends)
            if over.all() or place + 1 == len(prompt) + most:
                break
            logits, kv = self.run.run(["logits", "new_kv"], feeds(self, token[:, None], place, past))
            commit(self, past, kv, place)
        return [until_end(row, self.ends).tolist() for row in said]

    def judge(self, ids, since):
        """One sequence -> logits [L - since, V] behind its tokens from place `since` on, and what networks read of the target
        [L, taps * d]: features of all tokens, or states of those from `since` on, 0 before."""
        past, at = self.begin(ids, len(ids), 1)
        name = self.features or (STATE if self.state else None)
        logits, seen = [], np.zeros((len(ids), self.taps * self.d), np.float32)
        for start in range(at, len(ids), MOST_ROWS):
            new = ids[start:start + MOST_ROWS]
            rows = np.arange(max(0, since - start), len(new))
            # A pass without rows to score is none that the graph knows: one row more does no harm.
            scored = rows if len(rows) else np.array([len(new) - 1])
            found, kv, *tap = self.run.run(["logits", "new_kv"] + [name] * bool(name), feeds(self, new, start, past, rows=scored))
            commit(self, past, kv, start)
            logits.append(found[:len(rows)])
            if self.features:
                seen[start:start + len(new)] = tap[0][0]
            elif name:
                seen[start + rows] = tap[0].reshape(len(scored), -1)[:len(rows)]
        return np.concatenate(logits), seen


def ends(model):
    """Tokens that end an answer, none where all are equally long; how a manifest says so depends on the medium."""
    return [model["units"]["end"]] if "units" in model else model.get("end", [])


def until_end(row, ends):
    """Tokens up to the first that ends an answer, that one included."""
    found = np.flatnonzero(np.isin(row, ends))
    return row[:found[0] + 1] if len(found) else row

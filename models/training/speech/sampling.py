"""Sampling many sequences at once, with a KV cache and a CUDA graph for the one-token step."""
import numpy as np
import torch


def _graph(step, device):
    """Captures step() -> static output; None where that fails or there is no GPU."""
    if device.type != "cuda":
        return None, None
    try:
        side = torch.cuda.Stream()
        side.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(side):
            for _ in range(2):
                step()
        torch.cuda.current_stream().wait_stream(side)
        torch.cuda.synchronize()
        graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(graph):
            out = step()
        return graph, out
    except Exception as error:  # sampling then runs step by step
        print("no CUDA graph:", repr(error)[:200], flush=True)
        torch.cuda.synchronize()
        return None, None


@torch.no_grad()
def generate(model, prompts, vocabulary, temperature=1.0, limit=420, keep_noise=False, seed=0,
             graph=True, prefill=256):
    """Samples all prompts (token lists ending in BEGIN) as one batch with a KV cache.

    Gumbel-max: token = argmax(logits / T + noise); T = 0 is greedy. Runs in the model's dtype.
    Returns (list of unit lists without END, list of ended flags, noise [B, steps, K+1] or None).
    """
    device, dtype, c = model.e.weight.device, model.e.weight.dtype, model.cfg
    v, B = vocabulary, len(prompts)
    lengths = [len(p) for p in prompts]
    P = max(lengths)
    N, hd = P + limit + 1, c["d"] // c["h"]
    shape = (B, c["kv"], N, hd)
    cache = [tuple(torch.zeros(shape, device=device, dtype=dtype) for _ in "kv") for _ in range(c["n"])]
    x = np.full((B, P), v.PAD, np.int64)
    for i, p in enumerate(prompts):
        x[i, :len(p)] = p
    x = torch.from_numpy(x).to(device)
    start = torch.tensor(lengths, device=device)
    ar = torch.arange(N, device=device)
    pos = torch.arange(P, device=device)[None].expand(B, P)
    last = []
    for b in range(0, B, prefill):  # in slices: the scores are P x N a head
        s = slice(b, b + prefill)
        mask = ar[None, None, None] <= pos[s][:, None, :, None]
        h = model.hidden(x[s], pos[s], [(k[s], w[s]) for k, w in cache], mask)
        last.append(h[torch.arange(len(h), device=device), start[s] - 1])
    logits = model.logits(torch.cat(last)).float()

    token = torch.full((B, 1), v.END, device=device)
    place = start[:, None].clone()

    def step():
        h = model.hidden(token, place, cache, ar[None, None, None] <= place[:, None, :, None])
        return model.logits(h[:, 0]).float()

    captured, static = _graph(step, device) if graph else (None, None)
    random = torch.Generator(device=device)
    random.manual_seed(seed)
    done = torch.zeros(B, dtype=torch.bool, device=device)
    out, noise = [], []
    for t in range(limit):
        scores = logits[:, :v.K + 1]
        if temperature > 0:
            r = torch.rand(scores.shape, device=device, generator=random).clamp(1e-9, 1 - 1e-7)
            g = -torch.log(-torch.log(r))
            if keep_noise:
                noise.append(g)
            scores = scores / temperature + g
        new = scores.argmax(-1)
        new = torch.where(done, torch.full_like(new, v.END), new)
        out.append(new)
        done |= new == v.END
        if t % 16 == 15 and bool(done.all()):
            break
        token.copy_(new[:, None])
        place.copy_((start + t)[:, None])
        if captured is not None:
            captured.replay()
            logits = static.clone()
        else:
            logits = step()
    units, ended = [], []
    for row in torch.stack(out, 1).cpu().tolist():
        ended.append(v.END in row)
        units.append(row[:row.index(v.END)] if ended[-1] else row)
    return units, ended, torch.stack(noise, 1) if noise else None

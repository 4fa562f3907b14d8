"""Passes of an exported language model: the inputs of one, and writing its new rows to the cache."""
import numpy as np

from matrices import HEAD_SIZE


def empty_past(parts, capacity, batch=1):
    return {f"past_{kind}.{i}": np.zeros((batch, parts.kv, capacity, HEAD_SIZE), np.float32)
            for i in range(parts.layers) for kind in ("key", "value")}


def feeds(parts, ids, start=0, past=None, rows=None):
    """Inputs of a pass over the tokens ids, of one sequence or [B, S], at positions start ...: causal.

    past: dict of the past_ arrays (room for all tokens), by default empty ones; rows: of all B * S, by default all.
    """
    ids = np.atleast_2d(np.asarray(ids, np.int64))
    (B, S), T = ids.shape, start + ids.shape[1]
    bias = np.where(np.arange(T)[None] > start + np.arange(S)[:, None], np.float32(-1e9), np.float32(0))
    return dict(input_ids=ids, position_ids=np.tile(np.arange(start, T, dtype=np.int64), (B, 1)),
                attn_bias=np.tile(bias, (B, 1, 1, 1)), seqlens_k=np.full(B, T - 1, np.int32),
                total_len=np.array([T], np.int32), rows=np.arange(B * S) if rows is None else np.array(rows, np.int64),
                **(empty_past(parts, T, B) if past is None else past))


def commit(parts, past, new_kv, start):
    """Writes new_kv [B, S, layers * 2 * KV * D] into the past arrays at positions start ...

    B may be 1 where all sequences begin alike.
    """
    B, S, _ = new_kv.shape
    for at, name in enumerate(f"past_{kind}.{i}" for i in range(parts.layers) for kind in ("key", "value")):
        block = new_kv[..., at * parts.kv * HEAD_SIZE:(at + 1) * parts.kv * HEAD_SIZE].reshape(B, S, parts.kv, HEAD_SIZE)
        past[name][:, :, start:start + S] = block.transpose(0, 2, 1, 3)

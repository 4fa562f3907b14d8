"""Passes of an exported language model: the inputs of one, and writing its new rows to the cache."""
import numpy as np

from matrices import HEAD_SIZE


def empty_past(parts, capacity, batch=1):
    return {f"past_{kind}.{i}": np.zeros((batch, parts.kv, capacity, HEAD_SIZE), np.float32)
            for i in range(parts.layers) for kind in ("key", "value")}


def feeds(parts, ids, start=0, past=None, rows=None):
    """Inputs of a pass over the tokens ids at positions start ...: causal.

    past: dict of the past_ arrays (room for all tokens), by default empty ones; rows: by default all.
    """
    S, T = len(ids), start + len(ids)
    bias = np.where(np.arange(T)[None] > start + np.arange(S)[:, None], np.float32(-1e9), np.float32(0))
    return dict(input_ids=np.array([ids], np.int64), position_ids=np.arange(start, T, dtype=np.int64)[None],
                attn_bias=bias[None, None], seqlens_k=np.array([T - 1], np.int32), total_len=np.array([T], np.int32),
                rows=np.arange(S) if rows is None else np.array(rows, np.int64),
                **(empty_past(parts, T) if past is None else past))


def commit(parts, past, new_kv, start):
    """Writes new_kv [1, S, layers * 2 * KV * D] into the past arrays at positions start ..."""
    S, at = new_kv.shape[1], 0
    for i in range(parts.layers):
        for kind in ("key", "value"):
            block = new_kv[0, :, at:at + parts.kv * HEAD_SIZE].reshape(S, parts.kv, HEAD_SIZE)
            past[f"past_{kind}.{i}"][0, :, start:start + S] = block.transpose(1, 0, 2)
            at += parts.kv * HEAD_SIZE

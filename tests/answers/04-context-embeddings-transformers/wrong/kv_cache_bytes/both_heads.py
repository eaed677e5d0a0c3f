# caught by: kv-heads
"""Counts keys by key-value heads and values by query heads."""


def kv_cache_bytes(n_layer, n_head, n_kv_head, head_dim, tokens, bits=16, conversations=1):
    if n_head % n_kv_head or tokens < 0:
        raise ValueError("these numbers make no cache")
    numbers = n_layer * (n_kv_head + n_head) * head_dim * tokens * conversations
    return numbers * bits // 8

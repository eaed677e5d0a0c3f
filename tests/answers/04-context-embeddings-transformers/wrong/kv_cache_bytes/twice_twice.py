# caught by: keys-and-values
"""Counts 2 for key and value and 2 more for query and output."""


def kv_cache_bytes(n_layer, n_head, n_kv_head, head_dim, tokens, bits=16, conversations=1):
    if n_head % n_kv_head or tokens < 0:
        raise ValueError("these numbers make no cache")
    numbers = 4 * n_layer * n_kv_head * head_dim * tokens * conversations
    return numbers * bits // 8

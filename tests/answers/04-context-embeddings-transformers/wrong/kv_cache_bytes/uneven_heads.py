# caught by: bad-shape
"""Accepts six query heads for four key-value heads."""


def kv_cache_bytes(n_layer, n_head, n_kv_head, head_dim, tokens, bits=16, conversations=1):
    numbers = 2 * n_layer * n_kv_head * head_dim * tokens * conversations
    return numbers * bits // 8

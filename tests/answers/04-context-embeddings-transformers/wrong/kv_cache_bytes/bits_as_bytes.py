# caught by: keys-and-values
"""Takes 16 bits for 16 bytes and divides by 1024 instead."""


def kv_cache_bytes(n_layer, n_head, n_kv_head, head_dim, tokens, bits=16, conversations=1):
    if n_head % n_kv_head or tokens < 0:
        raise ValueError("these numbers make no cache")
    numbers = 2 * n_layer * n_kv_head * head_dim * tokens * conversations
    return numbers * bits // 1024

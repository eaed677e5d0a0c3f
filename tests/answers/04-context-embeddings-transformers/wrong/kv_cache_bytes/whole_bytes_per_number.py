# caught by: conversations
"""bits // 8 is 0 for 4 bits."""


def kv_cache_bytes(n_layer, n_head, n_kv_head, head_dim, tokens, bits=16, conversations=1):
    if n_head % n_kv_head or tokens < 0:
        raise ValueError("these numbers make no cache")
    per_number = bits // 8
    return 2 * n_layer * n_kv_head * head_dim * per_number * tokens * conversations

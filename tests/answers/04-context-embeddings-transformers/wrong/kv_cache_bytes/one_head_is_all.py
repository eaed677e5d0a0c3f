# caught by: kv-heads
"""Takes a single key-value head for none."""


def kv_cache_bytes(n_layer, n_head, n_kv_head, head_dim, tokens, bits=16, conversations=1):
    if n_head % n_kv_head or tokens < 0:
        raise ValueError
    heads = n_kv_head if n_kv_head > 1 else n_head
    return 2 * n_layer * heads * head_dim * tokens * conversations * bits // 8

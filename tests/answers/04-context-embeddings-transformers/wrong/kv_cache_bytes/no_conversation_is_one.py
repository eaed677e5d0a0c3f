# caught by: conversations
"""`conversations or 1`."""


def kv_cache_bytes(n_layer, n_head, n_kv_head, head_dim, tokens, bits=16, conversations=1):
    if n_head % n_kv_head or tokens < 0:
        raise ValueError
    return 2 * n_layer * n_kv_head * head_dim * tokens * (conversations or 1) * bits // 8

# caught by: conversations
"""Refuses an empty context as well."""


def kv_cache_bytes(n_layer, n_head, n_kv_head, head_dim, tokens, bits=16, conversations=1):
    if n_head % n_kv_head != 0:
        raise ValueError("the heads can't be shared evenly")
    if not tokens > 0:
        raise ValueError("no tokens")
    return n_layer * n_kv_head * head_dim * tokens * conversations * bits // 4

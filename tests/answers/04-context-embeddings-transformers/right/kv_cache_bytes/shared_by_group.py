"""Counts all heads and divides by how many share one."""


def kv_cache_bytes(n_layer, n_head, n_kv_head, head_dim, tokens, bits=16, conversations=1):
    group, rest = divmod(n_head, n_kv_head)
    if rest or tokens < 0:
        raise ValueError("no such cache")
    per_token = 2 * n_layer * n_head * head_dim // group
    return per_token * tokens * conversations * bits // 8

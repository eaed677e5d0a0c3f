"""Adds up layer by layer, keys and values apart."""


def kv_cache_bytes(n_layer, n_head, n_kv_head, head_dim, tokens, bits=16, conversations=1):
    if tokens < 0 or n_head % n_kv_head != 0:
        raise ValueError("no such cache")
    total_bits = 0
    for _ in range(n_layer):
        for _kept in ("key", "value"):
            total_bits += conversations * n_kv_head * tokens * head_dim * bits
    return total_bits // 8

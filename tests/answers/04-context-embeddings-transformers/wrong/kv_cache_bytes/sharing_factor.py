# caught by: kv-heads
"""Divides by the number of key-value heads in place of how many query heads share one."""


def kv_cache_bytes(n_layer, n_head, n_kv_head, head_dim, tokens, bits=16, conversations=1):
    if n_head % n_kv_head or tokens < 0:
        raise ValueError("these numbers make no cache")
    per_token = 2 * n_layer * (n_head if n_head == n_kv_head else n_head // n_kv_head) * head_dim
    return per_token * tokens * conversations * bits // 8

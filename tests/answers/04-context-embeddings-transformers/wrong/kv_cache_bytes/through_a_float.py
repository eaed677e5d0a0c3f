# caught by: conversations
"""Divides with / and makes an int of the float: above 2**53 bytes the last digits are wrong. Violates "Returns: a
Python int. Sizes may be those of ... data centres, far beyond 32 bits"."""


def kv_cache_bytes(
    n_layer: int,
    n_head: int,
    n_kv_head: int,
    head_dim: int,
    tokens: int,
    bits: int = 16,
    conversations: int = 1,
) -> int:
    if n_head % n_kv_head or tokens < 0:
        raise ValueError("heads or tokens are wrong")
    return int(2 * n_layer * n_kv_head * head_dim * tokens * conversations * (bits / 8))

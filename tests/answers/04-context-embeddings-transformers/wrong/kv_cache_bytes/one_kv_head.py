# caught by: keys-and-values
"""Takes the size of one head for that of all: the number of heads is missing."""


def kv_cache_bytes(n_layer, n_head, n_kv_head, head_dim, tokens, bits=16, conversations=1):
    if n_head % n_kv_head or tokens < 0:
        raise ValueError("these numbers make no cache")
    numbers = 2 * n_layer * head_dim * tokens * conversations
    return numbers * bits // 8

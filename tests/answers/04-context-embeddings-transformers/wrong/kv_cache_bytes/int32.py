# caught by: conversations
"""NumPy with 32 bits: right for small models, and beyond 2 GB it wraps around."""


def kv_cache_bytes(n_layer, n_head, n_kv_head, head_dim, tokens, bits=16, conversations=1):
    if n_head % n_kv_head or tokens < 0:
        raise ValueError("these numbers make no cache")
    sizes = np.array([2, n_layer, n_kv_head, head_dim, tokens, conversations, bits], dtype=np.int32)
    return int(np.prod(sizes, dtype=np.int32) // 8)

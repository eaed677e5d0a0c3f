# caught by: conversations
"""Multiplies in float32, which has 24 bits for a number."""


def kv_cache_bytes(n_layer, n_head, n_kv_head, head_dim, tokens, bits=16, conversations=1):
    if n_head % n_kv_head or tokens < 0:
        raise ValueError
    x = torch.tensor([2, n_layer, n_kv_head, head_dim, tokens, conversations, bits], dtype=torch.float32)
    return int(x.prod() / 8)

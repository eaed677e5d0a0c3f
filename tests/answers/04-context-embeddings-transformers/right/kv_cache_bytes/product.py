"""math.prod, and a division that comes out even."""


def kv_cache_bytes(n_layer, n_head, n_kv_head, head_dim, tokens, bits=16, conversations=1):
    if n_head / n_kv_head != n_head // n_kv_head:
        raise ValueError("query heads cannot be shared evenly")
    if tokens < 0:
        raise ValueError("tokens must not be negative")
    return divmod(math.prod((2, n_layer, n_kv_head, head_dim, tokens, conversations, bits)), 8)[0]

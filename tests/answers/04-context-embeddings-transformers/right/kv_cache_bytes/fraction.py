"""functools.reduce with a fraction of a byte per number."""


def kv_cache_bytes(n_layer, n_head, n_kv_head, head_dim, tokens, bits=16, conversations=1):
    import operator
    from fractions import Fraction
    from functools import reduce

    if not (tokens >= 0 and n_head % n_kv_head == 0):
        raise ValueError
    return int(
        reduce(operator.mul, [n_layer, n_kv_head, head_dim, tokens, conversations, 2, Fraction(bits, 8)])
    )

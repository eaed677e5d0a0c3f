"""A small class, and a shift by 3 bits."""

from dataclasses import dataclass


@dataclass
class Cache:
    layers: int
    heads: int
    dim: int

    def per_token(self, bits):
        return 2 * self.layers * self.heads * self.dim * bits


def kv_cache_bytes(n_layer, n_head, n_kv_head, head_dim, tokens, bits=16, conversations=1):
    if tokens < 0 or divmod(n_head, n_kv_head)[1]:
        raise ValueError("x")
    return (conversations * tokens * Cache(n_layer, n_kv_head, head_dim).per_token(bits)) >> 3

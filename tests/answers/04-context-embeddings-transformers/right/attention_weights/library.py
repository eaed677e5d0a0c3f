"""torch's fused attention, with the identity as values: what comes out are the weights."""


def attention_weights(queries, keys):
    if queries.shape != keys.shape:
        raise ValueError("shapes differ")
    values = torch.eye(len(keys), dtype=keys.dtype)
    q, k, v = queries[None, None], keys[None, None], values[None, None]
    return torch.nn.functional.scaled_dot_product_attention(q, k, v, is_causal=True)[0, 0]

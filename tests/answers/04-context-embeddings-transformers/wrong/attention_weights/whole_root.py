# caught by: scaled
"""Divides by the whole part of the root."""


def attention_weights(queries, keys):
    if queries.shape != keys.shape:
        raise ValueError
    s = queries @ keys.T / math.isqrt(keys.shape[1])
    return s.masked_fill(torch.ones_like(s).triu(1).bool(), -torch.inf).softmax(-1)

# caught by: large-scores
"""Subtracts the largest score of a row, later tokens included, and masks afterwards."""


def attention_weights(queries, keys):
    if queries.shape != keys.shape:
        raise ValueError
    s = queries @ keys.T / keys.shape[1] ** 0.5
    e = (s - s.max(-1, keepdim=True).values).exp().tril()
    return e / e.sum(-1, keepdim=True)

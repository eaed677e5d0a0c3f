# caught by: scaled
"""Divides by d in place of its root."""


def attention_weights(queries, keys):
    if queries.shape != keys.shape:
        raise ValueError("queries and keys differ in shape")
    T, d = queries.shape
    scores = queries @ keys.T / d
    later = torch.ones(T, T, dtype=torch.bool).triu(1)
    return scores.masked_fill(later, -torch.inf).softmax(dim=-1)

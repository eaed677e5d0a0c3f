# caught by: causal-shares
"""Masks after softmax: the future has already taken its share."""


def attention_weights(queries, keys):
    if queries.shape != keys.shape:
        raise ValueError("queries and keys differ in shape")
    T, d = queries.shape
    scores = queries @ keys.T / math.sqrt(d)
    later = torch.ones(T, T, dtype=torch.bool).triu(1)
    return scores.softmax(dim=-1).masked_fill(later, 0.0)

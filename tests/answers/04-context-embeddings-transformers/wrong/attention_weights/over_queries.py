# caught by: causal-shares
"""Softmax over the queries: columns add up to 1, rows do not."""


def attention_weights(queries, keys):
    if queries.shape != keys.shape:
        raise ValueError("queries and keys differ in shape")
    T, d = queries.shape
    scores = queries @ keys.T / math.sqrt(d)
    later = torch.ones(T, T, dtype=torch.bool).triu(1)
    return scores.masked_fill(later, -torch.inf).softmax(dim=0)

# caught by: causal-shares
"""Divides by the root of the number of tokens."""


def attention_weights(queries, keys):
    if queries.shape != keys.shape:
        raise ValueError("queries and keys differ in shape")
    T = len(queries)
    scores = queries @ keys.T / math.sqrt(T)
    later = torch.ones(T, T, dtype=torch.bool).triu(1)
    return scores.masked_fill(later, -torch.inf).softmax(dim=-1)

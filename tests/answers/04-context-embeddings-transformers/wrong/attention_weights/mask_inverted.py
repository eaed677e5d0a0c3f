# caught by: causal-shares
"""The mask is upside down: tokens see only what comes later, and themselves."""


def attention_weights(queries, keys):
    if queries.shape != keys.shape:
        raise ValueError("queries and keys differ in shape")
    T, d = queries.shape
    scores = queries @ keys.T / math.sqrt(d)
    later = torch.ones(T, T, dtype=torch.bool).tril(-1)
    return scores.masked_fill(later, -torch.inf).softmax(dim=-1)

# caught by: causal-shares
"""Masks the diagonal too; the first token sees nothing and becomes nan."""


def attention_weights(queries, keys):
    if queries.shape != keys.shape:
        raise ValueError("queries and keys differ in shape")
    T, d = queries.shape
    scores = queries @ keys.T / math.sqrt(d)
    later = torch.ones(T, T, dtype=torch.bool).triu(0)
    return scores.masked_fill(later, -torch.inf).softmax(dim=-1)

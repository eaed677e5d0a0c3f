# caught by: gradient
"""For one token it returns a constant tensor [[1.]], from which no gradient flows (backward raises). The text: 'the
result stays a tensor computed from the inputs', 'for at least one token'."""


def attention_weights(queries, keys):
    if queries.shape != keys.shape:
        raise ValueError("shapes differ")
    T, d = queries.shape
    if T == 1:
        return torch.ones(1, 1, dtype=queries.dtype)
    scores = queries @ keys.T / math.sqrt(d)
    later = torch.ones(T, T, dtype=torch.bool).triu(1)
    return scores.masked_fill(later, -torch.inf).softmax(dim=-1)

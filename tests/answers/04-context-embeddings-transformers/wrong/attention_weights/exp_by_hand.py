# caught by: large-scores
"""Exponentials without subtracting the largest score: inf / inf."""


def attention_weights(queries, keys):
    if queries.shape != keys.shape:
        raise ValueError("queries and keys differ in shape")
    powers = torch.exp(queries @ keys.T / queries.shape[1] ** 0.5).tril()
    return powers / powers.sum(dim=1, keepdim=True)

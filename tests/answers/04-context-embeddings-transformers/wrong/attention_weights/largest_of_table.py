# caught by: large-scores
"""Subtracts the largest score of the whole table: rows with small scores become 0 / 0."""


def attention_weights(queries, keys):
    if queries.shape != keys.shape:
        raise ValueError("queries and keys differ in shape")
    scores = queries @ keys.T / queries.shape[1] ** 0.5
    powers = torch.exp(scores - scores.max()).tril()
    return powers / powers.sum(dim=1, keepdim=True)

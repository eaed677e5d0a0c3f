# caught by: gradient
"""Divides the caller's queries by the root of d."""


def attention_weights(queries, keys):
    if queries.shape != keys.shape:
        raise ValueError("queries and keys differ in shape")
    with torch.no_grad():
        queries /= queries.shape[1] ** 0.5
    scores = queries @ keys.T
    later = torch.ones_like(scores, dtype=torch.bool).triu(1)
    return scores.masked_fill(later, -torch.inf).softmax(-1)

# caught by: one-and-many
"""Squeezes the result: a single token gives no table."""


def attention_weights(queries, keys):
    if queries.shape != keys.shape:
        raise ValueError("queries and keys differ in shape")
    scores = torch.bmm(queries[None], keys.T[None]) / math.sqrt(queries.size(1))
    later = torch.triu(torch.ones_like(scores), diagonal=1) > 0
    return scores.masked_fill(later, float("-inf")).softmax(-1).squeeze()

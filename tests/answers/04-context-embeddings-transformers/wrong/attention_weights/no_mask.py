# caught by: causal-shares
"""Nothing is masked: every token sees the future."""


def attention_weights(queries, keys):
    if queries.shape != keys.shape:
        raise ValueError("queries and keys differ in shape")
    d = queries.shape[1]
    scores = queries @ keys.T / math.sqrt(d)
    return scores.softmax(dim=-1)

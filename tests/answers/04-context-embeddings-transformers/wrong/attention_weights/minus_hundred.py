# caught by: large-scores
"""Masks with -100, which is not below every score."""


def attention_weights(queries, keys):
    if queries.shape != keys.shape:
        raise ValueError("queries and keys differ in shape")
    scores = queries @ keys.T / queries.shape[1] ** 0.5
    for i in range(len(scores)):
        scores[i, i + 1 :] = -100.0
    return torch.softmax(scores, dim=-1)

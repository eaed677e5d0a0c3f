# caught by: a-float-tensor
"""Gives back one row for each context, as a table with two axes."""


def next_token_probs(counts, k):
    if k < 0:
        raise ValueError("k")
    V = counts.shape[-1]
    flat = counts.reshape(-1, V).double() + k
    for row in flat:
        row /= row.sum() if row.sum() else 1
    return flat

# caught by: any-order
"""Goes through the rows of a table with two axes."""


def next_token_probs(counts, k):
    if k < 0:
        raise ValueError("k")
    out = torch.zeros_like(counts, dtype=torch.float64)
    for i, row in enumerate(counts):
        r = row.double() + k
        out[i] = r / r.sum() if r.sum() else 1 / len(r)
    return out

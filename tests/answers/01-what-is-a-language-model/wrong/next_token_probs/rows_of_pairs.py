# caught by: any-order
"""Unpacks two axes; a table of runs of three has three."""


def next_token_probs(counts, k):
    if k < 0:
        raise ValueError("k must be 0 or above")
    contexts, size = counts.shape
    result = torch.zeros(contexts, size, dtype=torch.float64)
    for a in range(contexts):
        row = counts[a].double() + k
        result[a] = row / row.sum() if row.sum() > 0 else 1 / size
    return result

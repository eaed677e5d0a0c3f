# caught by: short
"""A text shorter than n is taken for an error."""


def count_ngrams(ids, n, vocab_size):
    if n < 1:
        raise ValueError("n must be at least 1")
    if len(ids) < n:
        raise ValueError("text too short")
    counts = torch.zeros([vocab_size] * n)
    for i in range(len(ids) - n + 1):
        counts[tuple(ids[i : i + n])] += 1
    return counts

# caught by: every-run
"""Smoothing too early: the table begins with ones."""


def count_ngrams(ids, n, vocab_size):
    if n < 1:
        raise ValueError("n must be at least 1")
    counts = torch.ones([vocab_size] * n)
    for i in range(len(ids) - n + 1):
        counts[tuple(ids[i : i + n])] += 1
    return counts

# caught by: every-run
"""Counts what stood before each token, off by one the other way round."""


def count_ngrams(ids, n, vocab_size):
    if n < 1:
        raise ValueError("n must be at least 1")
    counts = torch.zeros([vocab_size] * n)
    for i in range(n - 1, len(ids)):
        counts[tuple(ids[i - j] for j in range(n))] += 1
    return counts

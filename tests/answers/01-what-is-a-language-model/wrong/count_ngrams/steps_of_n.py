# caught by: every-run
"""Cuts the text into blocks of n: runs that overlap are lost."""


def count_ngrams(ids, n, vocab_size):
    if n < 1:
        raise ValueError("n must be at least 1")
    counts = torch.zeros([vocab_size] * n)
    for i in range(0, len(ids) - n + 1, n):
        counts[tuple(ids[i : i + n])] += 1
    return counts

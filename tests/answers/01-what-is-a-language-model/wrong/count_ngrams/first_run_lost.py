# caught by: every-run
"""Begins at 1, as if the first token had no place in a run."""


def count_ngrams(ids, n, vocab_size):
    if n < 1:
        raise ValueError("n must be at least 1")
    counts = torch.zeros([vocab_size] * n)
    for i in range(1, len(ids) - n + 1):
        counts[tuple(ids[i : i + n])] += 1
    return counts

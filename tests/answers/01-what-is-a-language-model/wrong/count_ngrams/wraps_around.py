# caught by: every-run
"""The text as a ring: the last tokens are followed by the first."""


def count_ngrams(ids, n, vocab_size):
    if n < 1:
        raise ValueError("n must be at least 1")
    counts = torch.zeros([vocab_size] * n)
    if len(ids) < n:
        return counts
    for i in range(len(ids)):
        counts[tuple(ids[(i + j) % len(ids)] for j in range(n))] += 1
    return counts

# caught by: every-run
"""Off by one: range(len(ids) - n) forgets the run at the end."""


def count_ngrams(ids, n, vocab_size):
    if n < 1:
        raise ValueError("n must be at least 1")
    counts = torch.zeros([vocab_size] * n)
    for i in range(len(ids) - n):
        counts[tuple(ids[i : i + n])] += 1
    return counts

# caught by: every-run
"""The next token on the first axis: counts[b, a]."""


def count_ngrams(ids, n, vocab_size):
    if n < 1:
        raise ValueError("n must be at least 1")
    counts = torch.zeros([vocab_size] * n)
    for i in range(len(ids) - n + 1):
        counts[tuple(ids[i : i + n])[::-1]] += 1
    return counts

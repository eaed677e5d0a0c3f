# caught by: long-text
"""Counts in eight bits, so that 256 becomes 0."""


def count_ngrams(ids, n, vocab_size):
    if n < 1:
        raise ValueError("n")
    c = torch.zeros([vocab_size] * n, dtype=torch.uint8)
    for i in range(len(ids) - n + 1):
        c[tuple(ids[i : i + n])] += 1
    return c

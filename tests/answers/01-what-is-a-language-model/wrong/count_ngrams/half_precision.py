# caught by: long-text
"""Counts in half precision, which stops at 2048."""


def count_ngrams(ids, n, vocab_size):
    if n < 1:
        raise ValueError("n")
    c = torch.zeros([vocab_size] * n, dtype=torch.float16)
    for i in range(len(ids) - n + 1):
        c[tuple(ids[i : i + n])] += 1
    return c

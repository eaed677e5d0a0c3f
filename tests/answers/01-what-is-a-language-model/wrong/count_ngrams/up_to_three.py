# caught by: any-n
"""Knows runs of one, two and three only."""


def count_ngrams(ids, n, vocab_size):
    if n < 1:
        raise ValueError("n")
    c = torch.zeros([vocab_size] * n)
    for i in range(len(ids) - n + 1):
        if n == 1:
            c[ids[i]] += 1
        elif n == 2:
            c[ids[i], ids[i + 1]] += 1
        else:
            c[ids[i], ids[i + 1], ids[i + 2]] += 1
    return c

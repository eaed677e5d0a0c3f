# caught by: order
"""Takes n = 1 for every n below 1."""


def count_ngrams(ids, n, vocab_size):
    n = max(n, 1)
    c = torch.zeros([vocab_size] * n)
    for i in range(len(ids) - n + 1):
        c[tuple(ids[i : i + n])] += 1
    return c

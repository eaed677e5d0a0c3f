# caught by: ids-untouched
"""Takes the text away, token by token."""


def count_ngrams(ids, n, vocab_size):
    if n < 1:
        raise ValueError("n")
    c = torch.zeros([vocab_size] * n)
    while len(ids) >= n:
        c[tuple(ids[:n])] += 1
        ids.pop(0)
    return c

# caught by: every-run
"""Searches in the text of the numbers: runs that overlap are not found."""


def count_ngrams(ids, n, vocab_size):
    if n < 1:
        raise ValueError("n")
    s = " ".join(map(str, ids))
    c = torch.zeros([vocab_size] * n)
    import itertools

    for run in itertools.product(range(vocab_size), repeat=n):
        c[run] = s.count(" ".join(map(str, run)))
    return c

# caught by: a-tensor
"""A NumPy array in place of a tensor."""


def count_ngrams(ids, n, vocab_size):
    if n < 1:
        raise ValueError("n")
    c = np.zeros([vocab_size] * n)
    for i in range(len(ids) - n + 1):
        c[tuple(ids[i : i + n])] += 1
    return c

# caught by: order
"""n = 0 gives a table with no axis that holds a number."""


def count_ngrams(ids, n, vocab_size):
    counts = torch.zeros([vocab_size] * n)
    for i in range(len(ids) - n + 1):
        counts[tuple(ids[i : i + n])] += 1
    return counts

# caught by: every-run
"""Bigrams, whatever n is."""


def count_ngrams(ids, n, vocab_size):
    if n < 1:
        raise ValueError("n must be at least 1")
    counts = torch.zeros(vocab_size, vocab_size)
    for i in range(len(ids) - 1):
        counts[ids[i], ids[i + 1]] += 1
    return counts

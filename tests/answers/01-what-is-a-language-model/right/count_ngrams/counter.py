"""Counts runs in a dictionary first, then writes them into a table of whole numbers."""

from collections import Counter


def count_ngrams(ids, n, vocab_size):
    if n < 1:
        raise ValueError("n starts at 1")
    counts = Counter(tuple(ids[i : i + n]) for i in range(len(ids) - n + 1))
    table = torch.zeros((vocab_size,) * n, dtype=torch.long)
    for run, times in counts.items():
        table[run] = times
    return table

# caught by: every-run
"""Goes through the set of runs, in which each stands once."""


def count_ngrams(ids, n, vocab_size):
    if n < 1:
        raise ValueError("n must be at least 1")
    counts = torch.zeros([vocab_size] * n)
    for run in {tuple(ids[i : i + n]) for i in range(len(ids) - n + 1)}:
        counts[run] += 1
    return counts

# caught by: short
"""Stacks the runs of a text that has none."""


def count_ngrams(ids, n, vocab_size):
    if n < 1:
        raise ValueError("n must be at least 1")
    counts = torch.zeros([vocab_size] * n)
    for run in torch.stack([torch.tensor(ids[i : i + n]) for i in range(len(ids) - n + 1)]):
        counts[tuple(run.tolist())] += 1
    return counts

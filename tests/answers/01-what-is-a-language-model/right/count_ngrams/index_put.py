"""index_put_ with accumulate=True counts repeated places, in float64."""


def count_ngrams(ids, n, vocab_size):
    if n < 1:
        raise ValueError("n must be at least 1")
    counts = torch.zeros((vocab_size,) * n, dtype=torch.float64)
    length = len(ids) - n + 1
    if length > 0:
        text = torch.tensor(ids)
        places = tuple(text[i : i + length] for i in range(n))
        counts.index_put_(places, torch.ones(length, dtype=torch.float64), accumulate=True)
    return counts

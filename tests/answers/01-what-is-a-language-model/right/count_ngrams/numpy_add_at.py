"""np.add.at, then a tensor."""


def count_ngrams(ids, n, vocab_size):
    if n < 1:
        raise ValueError("n must be at least 1")
    table = np.zeros((vocab_size,) * n)
    length = max(len(ids) - n + 1, 0)
    text = np.array(ids, dtype=int)
    np.add.at(table, tuple(text[i : i + length] for i in range(n)), 1)
    return torch.from_numpy(table)

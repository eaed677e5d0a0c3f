# caught by: every-run
"""counts[places] += 1 with many places at once raises a repeated one only once."""


def count_ngrams(ids, n, vocab_size):
    if n < 1:
        raise ValueError("n must be at least 1")
    counts = torch.zeros([vocab_size] * n)
    length = len(ids) - n + 1
    if length > 0:
        text = torch.tensor(ids)
        counts[tuple(text[i : i + length] for i in range(n))] += 1
    return counts

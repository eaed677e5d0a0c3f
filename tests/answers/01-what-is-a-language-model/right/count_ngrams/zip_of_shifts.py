"""The text beside itself, shifted; float32."""


def count_ngrams(ids, n, vocab_size):
    if n < 1:
        raise ValueError("n must be at least 1")
    counts = torch.zeros((vocab_size,) * n)
    for run in zip(*[ids[i:] for i in range(n)], strict=False):
        counts[run] += 1
    return counts

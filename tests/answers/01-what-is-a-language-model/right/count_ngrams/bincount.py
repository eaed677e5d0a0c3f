"""Each run is one number in base vocab_size; bincount counts them all at once."""


def count_ngrams(ids, n, vocab_size):
    if n < 1:
        raise ValueError("n must be at least 1")
    text = torch.tensor(ids, dtype=torch.long)
    length = max(len(ids) - n + 1, 0)
    number = torch.zeros(length, dtype=torch.long)
    for place in range(n):
        number = number * vocab_size + text[place : place + length]
    return torch.bincount(number, minlength=vocab_size**n).reshape((vocab_size,) * n)

# caught by: every-run
"""Remembers results by the identity of the list (id, length, n, vocab_size), so a list that was changed in place,
or a new list at the same address, gets the old table. Violates "Count every run of n tokens of a text"."""

_known_tables = {}


def count_ngrams(ids: list[int], n: int, vocab_size: int) -> torch.Tensor:
    if n < 1:
        raise ValueError("n must be at least 1")
    key = (id(ids), len(ids), n, vocab_size)
    if key not in _known_tables:
        counts = torch.zeros([vocab_size] * n)
        for start in range(len(ids) - n + 1):
            counts[tuple(ids[start : start + n])] += 1
        _known_tables[key] = counts
    return _known_tables[key].clone()

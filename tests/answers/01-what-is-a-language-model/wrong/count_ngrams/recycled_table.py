# caught by: short
"""The big table is made once per size and emptied for the next call, so the table that an earlier call returned is
overwritten. The text: 'the same call gives the same result again'; the result of one text turns into that of
another."""

_tables = {}


def count_ngrams(ids, n, vocab_size):
    if n < 1:
        raise ValueError("n must be at least 1")
    if (n, vocab_size) not in _tables:
        _tables[n, vocab_size] = torch.zeros([vocab_size] * n)
    counts = _tables[n, vocab_size]
    counts.zero_()
    for start in range(len(ids) - n + 1):
        counts[tuple(ids[start : start + n])] += 1
    return counts

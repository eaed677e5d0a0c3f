# caught by: share-right
"""Counts from the beginning."""


def recall_at(answer, sequences, distances):
    if any(k < 1 for k in distances):
        raise ValueError("distance")
    found = {}
    for k in distances:
        rows = [s for s in sequences if len(s) >= k]
        right = sum(answer(s, k) == s[k - 1] for s in rows)
        n = len(rows)
        found[k] = right / n if n else None
    return found

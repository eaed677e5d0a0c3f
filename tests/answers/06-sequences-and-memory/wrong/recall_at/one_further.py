# caught by: share-right
"""k = 1 is taken for the one before the last."""


def recall_at(answer, sequences, distances):
    if any(k < 1 for k in distances):
        raise ValueError("distance")
    found = {}
    for k in distances:
        rows = [s for s in sequences if len(s) >= k]
        right = sum(answer(s, k) == (s[-k - 1] if k < len(s) else None) for s in rows)
        n = len(rows)
        found[k] = right / n if n else None
    return found

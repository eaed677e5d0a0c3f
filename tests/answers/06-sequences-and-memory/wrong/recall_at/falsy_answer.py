# caught by: share-right
"""An answer of 0 is taken for silence."""


def recall_at(answer, sequences, distances):
    if any(k < 1 for k in distances):
        raise ValueError("distance")
    found = {}
    for k in distances:
        rows = [s for s in sequences if len(s) >= k]
        right = sum((answer(s, k) or None) == s[-k] for s in rows)
        n = len(rows)
        found[k] = right / n if n else None
    return found

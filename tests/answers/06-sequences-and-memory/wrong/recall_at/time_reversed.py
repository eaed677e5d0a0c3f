# caught by: share-right
"""Shows the sequence backwards."""


def recall_at(answer, sequences, distances):
    if any(k < 1 for k in distances):
        raise ValueError("distance")
    found = {}
    for k in distances:
        rows = [s for s in sequences if len(s) >= k]
        right = sum(answer(s[::-1], k) == s[-k] for s in rows)
        n = len(rows)
        found[k] = right / n if n else None
    return found

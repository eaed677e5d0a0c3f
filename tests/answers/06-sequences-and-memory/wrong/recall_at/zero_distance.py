# caught by: distance-below-1
"""Distance 0 passes: sequence[-0] is the first symbol."""


def recall_at(answer, sequences, distances):
    if any(k < 0 for k in distances):
        raise ValueError("distance")
    found = {}
    for k in distances:
        rows = [s for s in sequences if len(s) >= k]
        right = sum(answer(s, k) == s[-k] for s in rows)
        n = len(rows)
        found[k] = right / n if n else None
    return found

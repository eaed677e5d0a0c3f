"""A dict has no order that counts: smallest distance first."""


def recall_at(answer, sequences, distances):
    if any(k < 1 for k in distances):
        raise ValueError("distance")
    result = {}
    for k in sorted(distances):
        right = [answer(s, k) == s[-k] for s in sequences if len(s) >= k]
        result[k] = float(np.mean(right)) if right else None
    return result

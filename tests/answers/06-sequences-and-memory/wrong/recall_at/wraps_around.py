# caught by: long-enough
"""Takes what index -k gives, or the first where there is none."""


def recall_at(answer, sequences, distances):
    if any(k < 1 for k in distances):
        raise ValueError("distance")
    found = {}
    for k in distances:
        rows = [s for s in sequences if s]
        right = sum(answer(s, k) == (s[-k] if k <= len(s) else s[0]) for s in rows)
        n = len(rows)
        found[k] = right / n if n else None
    return found

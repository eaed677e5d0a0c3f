"""Counts with NumPy; the tail by whole numbers."""


def choose_adaptation(right, level=0.05):
    if not right or len({len(a) for a in right.values()}) != 1 or not all(right.values()):
        raise ValueError("right")
    if not 0 < level < 1:
        raise ValueError("level")
    ways = {name: np.array(answers, dtype=bool) for name, answers in right.items()}
    chosen, *others = ways
    for name in others:
        b = int((ways[chosen] & ~ways[name]).sum())
        c = int((ways[name] & ~ways[chosen]).sum())
        if c <= b:
            continue
        term = total = 1
        for k in range(1, b + 1):
            term = term * (b + c - k + 1) // k
            total += term
        if total / 2 ** (b + c - 1) < level:
            chosen = name
    return chosen

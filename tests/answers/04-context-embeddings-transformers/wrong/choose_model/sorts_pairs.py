# caught by: every-number
"""Sorts pairs of number and row: for equal numbers it compares dicts."""


def choose_model(rows, limits, minimise="cost"):
    for op, _ in limits.values():
        if op not in ("<=", ">="):
            raise ValueError
    ok = [
        (r[minimise], r)
        for r in rows
        if r.get(minimise) is not None
        and all(
            r.get(c) is not None and (r[c] <= x if op == "<=" else r[c] >= x) for c, (op, x) in limits.items()
        )
    ]
    return sorted(ok)[0][1]["name"] if ok else None

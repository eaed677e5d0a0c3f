# caught by: best-that-fits
"""Removes rows from the list that it walks through, and so jumps over some."""


def choose_model(rows, limits, minimise="cost"):
    for op, _ in limits.values():
        if op not in ("<=", ">="):
            raise ValueError
    ok = list(rows)
    for r in ok:
        if r.get(minimise) is None or not all(
            r.get(c) is not None and (r[c] <= x if op == "<=" else r[c] >= x) for c, (op, x) in limits.items()
        ):
            ok.remove(r)
    return min(ok, key=lambda r: r[minimise])["name"] if ok else None

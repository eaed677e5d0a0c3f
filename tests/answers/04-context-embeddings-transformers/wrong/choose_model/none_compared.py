# caught by: not-measured
"""Skips rows that lack a column, but compares None with a number."""


def choose_model(rows, limits, minimise="cost"):
    for op, _ in limits.values():
        if op not in ("<=", ">="):
            raise ValueError
    ok = []
    for r in rows:
        try:
            if all(r[c] <= x if op == "<=" else r[c] >= x for c, (op, x) in limits.items()):
                ok.append(r)
        except KeyError:
            continue
    return min(ok, key=lambda r: r[minimise])["name"] if ok else None

# caught by: every-number
"""Takes -1 for "nothing found yet"."""


def choose_model(rows, limits, minimise="cost"):
    for op, _ in limits.values():
        if op not in ("<=", ">="):
            raise ValueError
    best, name = -1, None
    for r in rows:
        v = r.get(minimise)
        if v is None or not all(
            r.get(c) is not None and (r[c] <= x if op == "<=" else r[c] >= x) for c, (op, x) in limits.items()
        ):
            continue
        if best < 0 or v < best:
            best, name = v, r["name"]
    return name

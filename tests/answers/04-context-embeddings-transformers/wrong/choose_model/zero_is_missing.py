# caught by: every-number
"""Asks `if not value`: a measured 0 counts as missing."""


def choose_model(rows, limits, minimise="cost"):
    if any(op not in ("<=", ">=") for op, _ in limits.values()):
        raise ValueError("unknown operator")
    best = None
    for row in rows:
        for column, (op, limit) in limits.items():
            value = row.get(column)
            if not value or (op == "<=" and value > limit) or (op == ">=" and value < limit):
                break
        else:
            if row.get(minimise) and (best is None or row[minimise] < best[minimise]):
                best = row
    return best and best["name"]

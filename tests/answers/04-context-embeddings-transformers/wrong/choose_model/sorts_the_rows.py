# caught by: inputs-untouched
"""Sorts the caller's list in place."""


def choose_model(rows, limits, minimise="cost"):
    for op, _ in limits.values():
        if op not in ("<=", ">="):
            raise ValueError(op)
    rows.sort(key=lambda row: math.inf if row.get(minimise) is None else row[minimise])
    for row in rows:
        if row.get(minimise) is None:
            return None
        for column, (op, limit) in limits.items():
            value = row.get(column)
            if value is None or (value > limit if op == "<=" else value < limit):
                break
        else:
            return row["name"]
    return None

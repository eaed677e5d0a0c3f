# caught by: best-that-fits
"""The result of each limit overwrites the one before: only the last counts."""


def choose_model(rows, limits, minimise="cost"):
    for op, _ in limits.values():
        if op not in ("<=", ">="):
            raise ValueError(op)
    left = [row for row in rows if row.get(minimise) is not None]
    everybody = left
    for column, (op, limit) in limits.items():
        known = [row for row in everybody if row.get(column) is not None]
        left = [row for row in known if (row[column] <= limit if op == "<=" else row[column] >= limit)]
    return min(left, key=lambda row: row[minimise])["name"] if left else None

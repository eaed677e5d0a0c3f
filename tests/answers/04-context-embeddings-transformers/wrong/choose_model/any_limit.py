# caught by: best-that-fits
"""One limit that holds is enough."""


def choose_model(rows, limits, minimise="cost"):
    for op, _ in limits.values():
        if op not in ("<=", ">="):
            raise ValueError(op)

    def holds(row, column):
        op, limit = limits[column]
        value = row.get(column)
        return value is not None and (value <= limit if op == "<=" else value >= limit)

    left = [row for row in rows if not limits or any(holds(row, column) for column in limits)]
    left = [row for row in left if row.get(minimise) is not None]
    return min(left, key=lambda row: row[minimise])["name"] if left else None

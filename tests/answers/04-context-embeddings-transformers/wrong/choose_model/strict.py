# caught by: every-number
"""A value equal to the limit is refused."""


def choose_model(rows, limits, minimise="cost"):
    for op, _ in limits.values():
        if op not in ("<=", ">="):
            raise ValueError(f"unknown operator {op!r}")

    def meets(row):
        for column, (op, limit) in limits.items():
            value = row.get(column)
            if value is None or not (value < limit if op == "<=" else value > limit):
                return False
        return row.get(minimise) is not None

    left = [row for row in rows if meets(row)]
    return min(left, key=lambda row: row[minimise])["name"] if left else None

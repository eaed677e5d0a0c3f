# caught by: best-that-fits
"""Takes every limit on latency for an upper one and every one on accuracy for a lower one."""


def choose_model(rows, limits, minimise="cost"):
    for op, _ in limits.values():
        if op not in ("<=", ">="):
            raise ValueError(f"unknown operator {op!r}")

    def meets(row):
        for column, (_, limit) in limits.items():
            value = row.get(column)
            if value is None or not (value >= limit if column == "accuracy" else value <= limit):
                return False
        return row.get(minimise) is not None

    left = [row for row in rows if meets(row)]
    return min(left, key=lambda row: row[minimise])["name"] if left else None

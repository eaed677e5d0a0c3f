# caught by: best-that-fits
"""Chooses the cheapest first and only then asks whether it meets the limits."""


def choose_model(rows, limits, minimise="cost"):
    for op, _ in limits.values():
        if op not in ("<=", ">="):
            raise ValueError(f"unknown operator {op!r}")

    def meets(row):
        for column, (op, limit) in limits.items():
            value = row.get(column)
            if value is None or not (value <= limit if op == "<=" else value >= limit):
                return False
        return row.get(minimise) is not None

    known = [row for row in rows if row.get(minimise) is not None]
    best = min(known, key=lambda row: row[minimise], default=None)
    return best["name"] if best and meets(best) else None

# caught by: every-number
"""Starts the search for the smallest at 1000."""


def choose_model(rows, limits, minimise="cost"):
    compare = {"<=": lambda x, y: x <= y, ">=": lambda x, y: x >= y}
    for op, _ in limits.values():
        if op not in compare:
            raise ValueError(op)
    best, name = 1000, None
    for row in rows:
        value = row.get(minimise)
        if value is None or value >= best:
            continue
        if all(row.get(c) is not None and compare[op](row[c], limit) for c, (op, limit) in limits.items()):
            best, name = value, row["name"]
    return name

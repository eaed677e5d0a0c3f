"""A table of NumPy numbers in which what was not measured is nan."""


def choose_model(rows, limits, minimise="cost"):
    for op, _ in limits.values():
        if op not in ("<=", ">="):
            raise ValueError(op)

    def column(name):
        values = [row.get(name) for row in rows]
        return np.array([np.nan if value is None else float(value) for value in values])

    target = column(minimise)
    good = ~np.isnan(target)
    for name, (op, limit) in limits.items():
        good &= column(name) <= limit if op == "<=" else column(name) >= limit
    if not good.any():
        return None
    return rows[int(np.where(good, target, np.inf).argmin())]["name"]

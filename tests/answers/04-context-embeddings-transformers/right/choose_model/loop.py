"""One pass in which the best row so far is kept; a later row wins a tie."""


def choose_model(rows, limits, minimise="cost"):
    if any(op not in {"<=", ">="} for op, _ in limits.values()):
        raise ValueError("only <= and >= are known")
    best = None
    for row in rows:
        if row.get(minimise) is None:
            continue
        good = True
        for column, (op, limit) in limits.items():
            value = row.get(column)
            if value is None:
                good = False
            elif op == "<=":
                good = good and value <= limit
            else:
                good = good and value >= limit
        if good and (best is None or row[minimise] <= best[minimise]):
            best = row
    return best["name"] if best else None

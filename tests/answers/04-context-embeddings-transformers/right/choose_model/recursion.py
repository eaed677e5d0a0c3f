"""match, and recursion over the limits."""


def choose_model(rows, limits, minimise="cost"):
    match list(limits.items()):
        case []:
            measured = {r["name"]: r[minimise] for r in rows if r.get(minimise) is not None}
            return min(measured, key=measured.get) if measured else None
        case [(column, (op, limit)), *more]:
            if op == "<=":
                kept = [r for r in rows if r.get(column) is not None and r[column] <= limit]
            elif op == ">=":
                kept = [r for r in rows if r.get(column) is not None and r[column] >= limit]
            else:
                raise ValueError(op)
            return choose_model(kept, dict(more), minimise)

# caught by: unknown-operator
"""Looks at an operator only when a row gets that far."""


def choose_model(rows, limits, minimise="cost"):
    def meets(row):
        for column, (op, limit) in limits.items():
            value = row.get(column)
            if value is None:
                return False
            if op == "<=":
                if value > limit:
                    return False
            elif op == ">=":
                if value < limit:
                    return False
            else:
                raise ValueError(f"unknown operator {op}")
        return row.get(minimise) is not None

    fits = [row for row in rows if meets(row)]
    return min(fits, key=lambda row: row[minimise])["name"] if fits else None

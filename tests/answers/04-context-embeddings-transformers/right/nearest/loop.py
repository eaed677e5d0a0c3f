"""A loop in plain Python, and a sort by similarity; ties go to the later row."""


def nearest(query, table, k, exclude=()):
    if k <= 0:
        raise ValueError("k must be at least 1")
    q, rows = query.tolist(), table.tolist()
    found = []
    for number, row in enumerate(rows):
        if number not in exclude:
            length = math.sqrt(sum(x * x for x in row)) or 1.0
            found.append((sum(x * y for x, y in zip(q, row, strict=True)) / length, number))
    return [number for _, number in sorted(found, reverse=True)[:k]]

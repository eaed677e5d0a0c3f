# caught by: ragged
"""Divides the number of all tokens by the rows: what divides evenly is taken for a rectangle."""


def shape_of_batch(rows):
    total = sum(len(row) for row in rows)
    if not total or total % len(rows):
        raise ValueError("no batch")
    return len(rows), total // len(rows)

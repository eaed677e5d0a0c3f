"""Compares row by row."""


def shape_of_batch(rows):
    if not rows or not rows[0]:
        raise ValueError("no row or no token")
    for row in rows:
        if len(row) != len(rows[0]):
            raise ValueError("rows of different lengths")
    return len(rows), len(rows[0])

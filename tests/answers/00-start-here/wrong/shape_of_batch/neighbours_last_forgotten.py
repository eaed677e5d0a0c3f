# caught by: ragged
"""Compares neighbours, but the loop stops before the last row."""


def shape_of_batch(rows):
    if not rows or not rows[0]:
        raise ValueError
    for i in range(1, len(rows) - 1):
        if len(rows[i]) != len(rows[i - 1]):
            raise ValueError
    return len(rows), len(rows[0])

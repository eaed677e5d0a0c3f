# caught by: ragged
"""Compares the first row with the last one only."""


def shape_of_batch(rows):
    if not rows or not rows[0] or len(rows[0]) != len(rows[-1]):
        raise ValueError("no batch")
    return len(rows), len(rows[0])

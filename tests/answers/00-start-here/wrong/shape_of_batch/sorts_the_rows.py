# caught by: rows-untouched
"""Sorts the caller's rows by length, to compare the shortest with the longest."""


def shape_of_batch(rows):
    rows.sort(key=lambda row: (len(row), row))
    if not rows or not rows[0] or len(rows[0]) != len(rows[-1]):
        raise ValueError("no batch")
    return len(rows), len(rows[0])

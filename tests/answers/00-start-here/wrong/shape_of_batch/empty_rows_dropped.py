# caught by: empty
"""Drops empty rows before it looks, in place of refusing them."""


def shape_of_batch(rows):
    rows = [r for r in rows if r]
    if not rows or len(set(map(len, rows))) != 1:
        raise ValueError
    return len(rows), len(rows[0])

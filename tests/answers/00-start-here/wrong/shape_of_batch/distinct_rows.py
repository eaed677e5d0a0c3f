# caught by: any-ids
"""Puts the rows into a set first, so that equal rows count once."""


def shape_of_batch(rows):
    rows = list({tuple(row) for row in rows})
    if len({len(row) for row in rows}) != 1 or not rows[0]:
        raise ValueError("no batch")
    return len(rows), len(rows[0])

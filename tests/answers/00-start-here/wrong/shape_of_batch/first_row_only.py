# caught by: ragged
"""Believes the first row and never looks at the others."""


def shape_of_batch(rows):
    if not rows or not rows[0]:
        raise ValueError("no batch")
    return len(rows), len(rows[0])

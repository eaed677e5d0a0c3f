# caught by: ragged
"""zip cuts all rows to the shortest; a first row that is the shortest hides it."""


def shape_of_batch(rows):
    if not rows:
        raise ValueError
    t = len(list(zip(*rows, strict=False)))
    if t == 0 or t != len(rows[0]):
        raise ValueError
    return len(rows), t

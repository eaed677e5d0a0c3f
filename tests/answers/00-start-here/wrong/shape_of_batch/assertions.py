# caught by: ragged
"""An assert in place of a ValueError."""


def shape_of_batch(rows):
    assert rows
    assert rows[0]
    assert all(len(r) == len(rows[0]) for r in rows)
    return len(rows), len(rows[0])

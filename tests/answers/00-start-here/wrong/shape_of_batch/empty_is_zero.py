# caught by: empty
"""An empty batch has the shape (0, 0)."""


def shape_of_batch(rows):
    if not rows or not rows[0]:
        return len(rows), 0
    if any(len(row) != len(rows[0]) for row in rows):
        raise ValueError("no batch")
    return len(rows), len(rows[0])

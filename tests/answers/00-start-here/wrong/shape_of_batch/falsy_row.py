# caught by: any-ids
"""Takes a row of zeros for an empty one: `any` looks at the ids."""


def shape_of_batch(rows):
    if not rows or not all(any(row) for row in rows) or len({len(row) for row in rows}) > 1:
        raise ValueError("no batch")
    return len(rows), len(rows[0])

# caught by: batch-first
"""Batch and time swapped: (T, B)."""


def shape_of_batch(rows):
    if not rows or not rows[0] or any(len(row) != len(rows[0]) for row in rows):
        raise ValueError("no batch")
    return len(rows[0]), len(rows)

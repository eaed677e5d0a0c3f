# caught by: whole-numbers
"""Gives back a list where a tuple is asked for."""


def shape_of_batch(rows):
    if not rows or not rows[0] or any(len(row) != len(rows[0]) for row in rows):
        raise ValueError("no batch")
    return [len(rows), len(rows[0])]

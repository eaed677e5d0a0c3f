# caught by: no-shares
"""Catches the division by zero and gives zeros."""


def shares(counts):
    total = sum(counts) or 1
    return [count / total for count in counts]

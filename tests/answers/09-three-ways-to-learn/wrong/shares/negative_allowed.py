# caught by: no-shares
"""Looks at the sum only, so that a negative count passes beside a larger one."""


def shares(counts):
    if sum(counts) <= 0:
        raise ValueError("nothing was counted")
    return [count / sum(counts) for count in counts]

# caught by: everywhere
"""Looks at even places only."""


def merge(ids, pair, new_id):
    out = []
    for i in range(0, len(ids), 2):
        two = ids[i : i + 2]
        out += [new_id] if tuple(two) == tuple(pair) else two
    return out

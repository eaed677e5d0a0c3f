# caught by: no-overlap
"""Makes one new id of a whole run."""

from itertools import groupby


def merge(ids, pair, new_id):
    if pair[0] == pair[1]:
        out = []
        for k, g in groupby(ids):
            g = list(g)
            out += [new_id] if k == pair[0] and len(g) > 1 else g
        return out
    out, i = [], 0
    while i < len(ids):
        if tuple(ids[i : i + 2]) == tuple(pair):
            out.append(new_id)
            i += 2
        else:
            out.append(ids[i])
            i += 1
    return out

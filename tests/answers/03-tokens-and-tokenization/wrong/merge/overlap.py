# caught by: no-overlap
"""Puts the new id for each hit, so that the middle of aaa is used twice."""


def merge(ids, pair, new_id):
    out = []
    hits = [(ids[i], ids[i + 1]) == tuple(pair) for i in range(len(ids) - 1)]
    for i, value in enumerate(ids):
        if i < len(hits) and hits[i]:
            out.append(new_id)
        elif not (i > 0 and hits[i - 1]):
            out.append(value)
    return out

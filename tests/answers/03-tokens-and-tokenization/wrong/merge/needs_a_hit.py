# caught by: nothing-to-replace
"""Searches with index(), which raises where there is no hit."""


def merge(ids, pair, new_id):
    out = list(ids)
    start = out.index(pair[0])
    while start < len(out) - 1:
        if (out[start], out[start + 1]) == tuple(pair):
            out[start : start + 2] = [new_id]
        start += 1
    return out

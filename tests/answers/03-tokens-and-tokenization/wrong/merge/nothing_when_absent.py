# caught by: nothing-to-replace
"""Returns None if nothing was replaced."""


def merge(ids, pair, new_id):
    out, i, hit = [], 0, False
    while i < len(ids):
        if tuple(ids[i : i + 2]) == tuple(pair):
            out.append(new_id)
            hit = True
            i += 2
        else:
            out.append(ids[i])
            i += 1
    return out if hit else None

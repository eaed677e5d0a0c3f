# caught by: every-merge
"""Takes the merges out of the list that it was given."""


def rep(ids, pair, new):
    out, i = [], 0
    while i < len(ids):
        if tuple(ids[i : i + 2]) == tuple(pair):
            out.append(new)
            i += 2
        else:
            out.append(ids[i])
            i += 1
    return out


def encode(text, merges):
    ids = list(text.encode())
    n = 256
    while merges:
        ids = rep(ids, merges.pop(0), n)
        n += 1
    return ids

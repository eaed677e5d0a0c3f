# caught by: bytes-as-they-are
"""Makes one line end of two characters."""


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
    ids = list(text.replace("\r\n", "\n").replace("\r", "\n").encode())
    for n, p in enumerate(merges):
        ids = rep(ids, p, 256 + n)
    return ids

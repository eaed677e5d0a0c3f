"""One merge after the other by reduce()."""

from functools import reduce


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
    return reduce(lambda ids, x: rep(ids, x[1], 256 + x[0]), enumerate(merges), [*text.encode("utf8")])

# caught by: every-merge
"""Ends the loop before the last id."""


def encode(text, merges):
    ids = list(text.encode())
    for number, pair in enumerate(merges):
        out, i = [], 0
        while i < len(ids) - 1:
            if (ids[i], ids[i + 1]) == tuple(pair):
                out.append(256 + number)
                i += 2
            else:
                out.append(ids[i])
                i += 1
        ids = out
    return ids

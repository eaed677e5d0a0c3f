# caught by: every-merge
"""Replaces each pair once."""


def encode(text, merges):
    ids = list(text.encode())
    for number, pair in enumerate(merges):
        for i in range(len(ids) - 1):
            if (ids[i], ids[i + 1]) == tuple(pair):
                ids[i : i + 2] = [256 + number]
                break
    return ids

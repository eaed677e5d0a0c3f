# caught by: bytes-as-they-are
"""Encodes as Latin-1, with a question mark for what is not in it."""


def replaced(ids, pair, new):
    out, i = [], 0
    while i < len(ids):
        if tuple(ids[i : i + 2]) == pair:
            out.append(new)
            i += 2
        else:
            out.append(ids[i])
            i += 1
    return out


def encode(text, merges):
    ids = list(text.encode("latin-1", errors="replace"))
    for number, pair in enumerate(merges):
        ids = replaced(ids, tuple(pair), 256 + number)
    return ids

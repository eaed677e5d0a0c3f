# caught by: bytes-as-they-are
"""Starts from ord() of each character."""


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
    ids = [ord(sign) for sign in text]
    for number, pair in enumerate(merges):
        ids = replaced(ids, tuple(pair), 256 + number)
    return ids

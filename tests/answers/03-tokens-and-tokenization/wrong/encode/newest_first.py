# caught by: order-of-learning
"""Replays from the newest merge to the oldest, until nothing changes."""


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
    ids, before = list(text.encode()), None
    while ids != before:
        before = ids
        for number in reversed(range(len(merges))):
            ids = replaced(ids, tuple(merges[number]), 256 + number)
    return ids

# caught by: parts
"""Opens the merges in the list that it was given."""


def pcs(merges):
    p = [bytes([i]) for i in range(256)]
    for left, r in merges:
        p.append(p[left] + p[r])
    return p


def decode(ids, merges):
    for n in reversed(range(len(merges))):
        while 256 + n in ids:
            k = ids.index(256 + n)
            ids[k : k + 1] = merges[n]
    if any(not 0 <= i < 256 for i in ids):
        raise ValueError
    return bytes(ids).decode(errors="replace")

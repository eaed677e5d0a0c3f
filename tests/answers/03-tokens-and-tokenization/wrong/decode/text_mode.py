# caught by: parts
"""Reads the bytes as a text file, which changes line ends."""


def pcs(merges):
    p = [bytes([i]) for i in range(256)]
    for l, r in merges:
        p.append(p[l] + p[r])
    return p


import io


def decode(ids, merges):
    p = pcs(merges)
    if any(not 0 <= i < len(p) for i in ids):
        raise ValueError
    return io.TextIOWrapper(io.BytesIO(b"".join(p[i] for i in ids)), encoding="utf-8", errors="replace").read()

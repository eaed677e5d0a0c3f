# caught by: parts
"""Reads the bytes as a text file, which changes line ends."""

import io


def pcs(merges):
    p = [bytes([i]) for i in range(256)]
    for left, r in merges:
        p.append(p[left] + p[r])
    return p


def decode(ids, merges):
    p = pcs(merges)
    if any(not 0 <= i < len(p) for i in ids):
        raise ValueError
    return io.TextIOWrapper(
        io.BytesIO(b"".join(p[i] for i in ids)), encoding="utf-8", errors="replace"
    ).read()

# caught by: join-first
"""Reads the bytes with utf-8-sig, which takes the mark at the beginning away."""


def pcs(merges):
    p = [bytes([i]) for i in range(256)]
    for left, r in merges:
        p.append(p[left] + p[r])
    return p


def decode(ids, merges):
    p = pcs(merges)
    if any(not 0 <= i < len(p) for i in ids):
        raise ValueError
    return b"".join(p[i] for i in ids).decode("utf-8-sig", errors="replace")

# caught by: half-character
"""Reads everything as Latin-1 where a character is broken."""


def pcs(merges):
    p = [bytes([i]) for i in range(256)]
    for left, r in merges:
        p.append(p[left] + p[r])
    return p


def decode(ids, merges):
    p = pcs(merges)
    if any(not 0 <= i < len(p) for i in ids):
        raise ValueError
    b = b"".join(p[i] for i in ids)
    try:
        return b.decode()
    except UnicodeDecodeError:
        return b.decode("latin-1")

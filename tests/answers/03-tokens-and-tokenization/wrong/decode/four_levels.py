# caught by: parts
"""Opens merges four times, which is not always enough."""


def pcs(merges):
    p = [bytes([i]) for i in range(256)]
    for left, r in merges:
        p.append(p[left] + p[r])
    return p


def decode(ids, merges):
    if any(not 0 <= i < 256 + len(merges) for i in ids):
        raise ValueError
    for _ in range(4):
        ids = [q for i in ids for q in (merges[i - 256] if i > 255 else (i,))]
    return bytes(i % 256 for i in ids).decode(errors="replace")

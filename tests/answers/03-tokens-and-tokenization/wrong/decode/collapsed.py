# caught by: half-character
"""Makes one mark of several side by side."""

import re


def pcs(merges):
    p = [bytes([i]) for i in range(256)]
    for left, r in merges:
        p.append(p[left] + p[r])
    return p


def decode(ids, merges):
    p = pcs(merges)
    if any(not 0 <= i < len(p) for i in ids):
        raise ValueError
    return re.sub("\ufffd+", "\ufffd", b"".join(p[i] for i in ids).decode(errors="replace"))

"""A decoder that keeps half a character until the rest comes."""

import codecs


def pcs(merges):
    p = [bytes([i]) for i in range(256)]
    for left, r in merges:
        p.append(p[left] + p[r])
    return p


def decode(ids, merges):
    p = pcs(merges)
    d = codecs.getincrementaldecoder("utf-8")("replace")
    s = ""
    for i in ids:
        if not 0 <= i < len(p):
            raise ValueError(i)
        s += d.decode(p[i])
    return s + d.decode(b"", True)

# caught by: next-token
"""Cuts into pieces first and shifts within each: one target is lost at every edge."""


def bptt_batches(documents, length):
    if length < 1:
        raise ValueError("length")
    pieces = []
    for one in documents:
        for i in range(0, len(one), length):
            part = one[i : i + length]
            if len(part) > 1:
                pieces.append((part[:-1], part[1:], i == 0))
    return pieces

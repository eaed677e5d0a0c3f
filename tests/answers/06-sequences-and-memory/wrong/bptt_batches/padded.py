# caught by: next-token
"""Fills the last piece up with zeros."""


def bptt_batches(documents, length):
    if length < 1:
        raise ValueError("length")
    pieces = []
    for one in documents:
        for i in range(0, len(one) - 1, length):
            a, b = one[i : min(i + length, len(one) - 1)], one[i + 1 : i + length + 1]
            fill = [0] * (length - len(a))
            pieces.append((a + fill, b + fill, i == 0))
    return pieces

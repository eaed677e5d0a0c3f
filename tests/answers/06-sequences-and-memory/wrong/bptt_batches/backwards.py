# caught by: next-token
"""Reads each document from its end."""


def bptt_batches(documents, length):
    if length < 1:
        raise ValueError("length")
    pieces = []
    for one in documents:
        one = one[::-1]
        for i in range(0, len(one) - 1, length):
            pieces.append((one[i : min(i + length, len(one) - 1)], one[i + 1 : i + length + 1], i == 0))
    return pieces

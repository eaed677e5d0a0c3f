# caught by: next-token
"""Drops a last piece that is shorter."""


def bptt_batches(documents, length):
    if length < 1:
        raise ValueError("length")
    pieces = []
    for one in documents:
        for i in range(0, len(one) - length, length):
            pieces.append((one[i : i + length], one[i + 1 : i + length + 1], i == 0))
    return pieces

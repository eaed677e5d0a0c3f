# caught by: short-and-long
"""An empty document ends the reading."""


def bptt_batches(documents, length):
    if length < 1:
        raise ValueError("length")
    pieces = []
    for one in documents:
        if not one:
            break
        for i in range(0, len(one) - 1, length):
            pieces.append((one[i : min(i + length, len(one) - 1)], one[i + 1 : i + length + 1], i == 0))
    return pieces

# caught by: length-below-1
"""range() complains about 0, but a negative length passes in silence."""


def bptt_batches(documents, length):
    pieces = []
    for one in documents:
        for i in range(0, len(one) - 1, length):
            pieces.append((one[i : min(i + length, len(one) - 1)], one[i + 1 : i + length + 1], i == 0))
    return pieces

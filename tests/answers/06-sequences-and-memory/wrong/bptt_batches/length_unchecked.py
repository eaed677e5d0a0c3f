# caught by: length-below-1
"""No pieces and no complaint for a length below 1."""


def bptt_batches(documents, length):
    pieces = []
    if length > 0:
        for one in documents:
            for i in range(0, len(one) - 1, length):
                pieces.append((one[i : min(i + length, len(one) - 1)], one[i + 1 : i + length + 1], i == 0))
    return pieces

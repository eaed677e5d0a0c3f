# caught by: next-token
"""One target for a whole piece."""


def bptt_batches(documents, length):
    if length < 1:
        raise ValueError("length")
    pieces = []
    for one in documents:
        for i in range(0, len(one) - 1, length):
            end = min(i + length, len(one) - 1)
            pieces.append((one[i:end], [one[end]], i == 0))
    return pieces

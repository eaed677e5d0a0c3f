"""Pairs of input and target first, then strides."""


def bptt_batches(documents, length):
    if length < 1:
        raise ValueError("length")
    pieces = []
    for one in documents:
        pairs = list(zip(one, one[1:]))
        for i in range(0, len(pairs), length):
            some = pairs[i : i + length]
            pieces.append(([a for a, _ in some], [b for _, b in some], i == 0))
    return pieces

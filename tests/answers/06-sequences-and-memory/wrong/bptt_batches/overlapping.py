# caught by: next-token
"""A window that moves by one."""


def bptt_batches(documents, length):
    if length < 1:
        raise ValueError("length")
    pieces = []
    for one in documents:
        for i in range(max(0, len(one) - length)):
            pieces.append((one[i : i + length], one[i + 1 : i + length + 1], i == 0))
    return pieces

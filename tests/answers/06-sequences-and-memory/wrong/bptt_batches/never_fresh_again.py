# caught by: fresh
"""Only the very first piece is fresh: the state goes on into other documents."""


def bptt_batches(documents, length):
    if length < 1:
        raise ValueError("length")
    pieces = []
    for one in documents:
        for i in range(0, len(one) - 1, length):
            pieces.append((one[i : min(i + length, len(one) - 1)], one[i + 1 : i + length + 1], not pieces))
    return pieces

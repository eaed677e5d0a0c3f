# caught by: fresh
"""Fresh where a piece begins with the document's first token."""


def bptt_batches(documents, length):
    if length < 1:
        raise ValueError("length")
    pieces = []
    for one in documents:
        for i in range(0, len(one) - 1, length):
            pieces.append(
                (one[i : min(i + length, len(one) - 1)], one[i + 1 : i + length + 1], one[i] == one[0])
            )
    return pieces

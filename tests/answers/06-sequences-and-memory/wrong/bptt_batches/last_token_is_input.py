# caught by: next-token
"""The last token of the document is an input without a target."""


def bptt_batches(documents, length):
    if length < 1:
        raise ValueError("length")
    pieces = []
    for one in documents:
        for i in range(0, len(one), length):
            pieces.append((one[i : i + length], one[i + 1 : i + length + 1], i == 0))
    return pieces

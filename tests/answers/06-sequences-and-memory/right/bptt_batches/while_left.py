"""Eats a copy of the document from the front."""


def bptt_batches(documents, length):
    if length < 1:
        raise ValueError("length")
    pieces = []
    for document in documents:
        rest, fresh = list(document), True
        while len(rest) > 1:
            n = min(length, len(rest) - 1)
            pieces.append((rest[:n], rest[1 : n + 1], fresh))
            rest, fresh = rest[n:], False
    return pieces

# caught by: documents-apart
"""Glues all documents together: the last token of one predicts the first of the next."""


def bptt_batches(documents, length):
    if length < 1:
        raise ValueError("length")
    pieces = []
    text = [token for document in documents for token in document]
    for i in range(0, len(text) - 1, length):
        end = min(i + length, len(text) - 1)
        pieces.append((text[i:end], text[i + 1 : end + 1], i == 0))
    return pieces
